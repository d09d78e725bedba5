"""Settings of the test run: the product's own, with an environment made up here."""

import atexit
import os
import shutil
import tempfile

_folder = tempfile.mkdtemp(prefix="sivient-test-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
GIVEN = {
    "SIVIENT_BASE_URL": "http://testserver",
    "SIVIENT_SECRET_KEY": "test-secret-0123456789-abcdefghijklmnop",
    "SIVIENT_TOKEN_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "SIVIENT_DATA_DIR": _folder,
    "SIVIENT_SUPPORT_EMAIL": "support@sivient.example",
    "SMTP_URL": "smtp://127.0.0.1:1",
    "SIVIENT_MAIL_FROM": "bookings@sivient.example",
    "ZOOM_CLIENT_ID": "zoom-client",
    "ZOOM_CLIENT_SECRET": "zoom-secret",
    "ZOOM_WEBHOOK_SECRET_TOKEN": "zoom-webhook-secret",
    "ZOOM_OAUTH_BASE": "https://zoom.test",
    "ZOOM_API_BASE": "https://api.zoom.test",
    "GOOGLE_CLIENT_ID": "google-client",
    "GOOGLE_CLIENT_SECRET": "google-secret",
    "GOOGLE_ISSUER": "https://google.test",
    "MICROSOFT_CLIENT_ID": "microsoft-client",
    "MICROSOFT_CLIENT_SECRET": "microsoft-secret",
    "MICROSOFT_AUTHORITY": "https://microsoft.test/common",
    "GOOGLE_API_BASE": "https://api.google.test",
    "GRAPH_BASE": "https://graph.test/v1.0",
}
for _name, _value in GIVEN.items():
    os.environ.setdefault(_name, _value)

from sivient.config.settings import *  # noqa: E402, F403

# Pages are rendered without collected files; tests/site/test_static_files.py collects them once.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405  # whitenoise warns without it
