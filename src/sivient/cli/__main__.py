"""`python -m sivient.cli` is `sivient`."""

import sys

from sivient.cli import main

sys.exit(main())
