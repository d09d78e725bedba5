"""A process that uses a grant when it is told to: `python -m tests.integrations.token_user GRANT`.

Each line it reads is a command, each line it writes the answer: `expire` ends the access token, `use` asks for a
valid one and answers with its version.
"""

import sys

import django

from sivient.config.env import name_settings_module


def main() -> None:
    """Obey until the input ends."""
    name_settings_module()
    django.setup()
    from django.utils import timezone

    from sivient.integrations import tokens
    from sivient.integrations.models import Grant

    grant = int(sys.argv[1])
    print("ready", flush=True)
    for line in sys.stdin:
        if line.strip() == "expire":
            Grant.objects.filter(pk=grant).update(expires_at=timezone.now())
            print("expired", flush=True)
        else:
            print(tokens.fresh(grant).version, flush=True)


if __name__ == "__main__":
    main()
