"""The WSGI application that the server runs."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from sivient.config.orphans import end_with_parent

end_with_parent()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sivient.config.settings")
application = get_wsgi_application()
gc.freeze()  # what is loaded now stays: a collection that walks through it makes one guest wait 20 ms for nothing
