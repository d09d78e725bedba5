"""Django's settings, all from `config.env`."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import dj_database_url

from sivient.config.env import Env

_env = Env()

BASE_URL = _env.base_url()
SECRET_KEY = _env.secret_key()
TOKEN_KEYS = _env.token_keys()
DATA_DIR = Path(_env.get("SIVIENT_DATA_DIR")).absolute()
DELETION_LEDGER = Path(_env.get("SIVIENT_DELETION_LEDGER") or DATA_DIR / "deletions.log").absolute()
DEBUG = False
SECURE = BASE_URL.startswith("https://")
ALLOWED_HOSTS = ["*"]  # sivient.ops.host knows the only one, and leads people there

DEFAULT_PLAN = _env.plan()
SIGNUP = _env.signup()
SUPPORT_EMAIL = _env.support_email()
STATUS_TOKEN = _env.status_token()
SMTP_URL = _env.smtp_url()
MAIL_FROM = _env.mail_from()
DEMO_DIR = _env.get("SIVIENT_DEMO")
PROXIES = _env.proxies()

ZOOM_CLIENT_ID = _env.get("ZOOM_CLIENT_ID")
ZOOM_CLIENT_SECRET = _env.get("ZOOM_CLIENT_SECRET")
ZOOM_WEBHOOK_SECRETS = [s.strip() for s in _env.get("ZOOM_WEBHOOK_SECRET_TOKEN").split(",") if s.strip()]
ZOOM_OAUTH_BASE = _env.get("ZOOM_OAUTH_BASE").rstrip("/")
ZOOM_API_BASE = _env.get("ZOOM_API_BASE").rstrip("/")
GOOGLE_CLIENT_ID = _env.get("GOOGLE_CLIENT_ID")
GOOGLE_CLIENT_SECRET = _env.get("GOOGLE_CLIENT_SECRET")
GOOGLE_ISSUER = _env.get("GOOGLE_ISSUER").rstrip("/")
GOOGLE_API_BASE = _env.get("GOOGLE_API_BASE").rstrip("/")
MICROSOFT_CLIENT_ID = _env.get("MICROSOFT_CLIENT_ID")
MICROSOFT_CLIENT_SECRET = _env.get("MICROSOFT_CLIENT_SECRET")
MICROSOFT_AUTHORITY = _env.get("MICROSOFT_AUTHORITY").rstrip("/")
GRAPH_BASE = _env.get("GRAPH_BASE").rstrip("/")
CALENDAR_PUSH = _env.calendar_push()
PRIVATE_NETWORKS = _env.private_networks()

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.staticfiles",
    "sivient.site",
    "sivient.jobs",
    "sivient.audit",
    "sivient.accounts",
    "sivient.integrations",
    "sivient.calendars",
    "sivient.scheduling",
    "sivient.booking",
    "sivient.delivery",
    "sivient.console",
    "sivient.ops",
    "sivient.privacy",
    "sivient.help",
]
if DEMO_DIR:
    INSTALLED_APPS.append("sivient.demo")

MIDDLEWARE = [
    "sivient.ops.access_log.AccessLog",
    "sivient.ops.host.CanonicalHost",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "sivient.site.middleware.Headers",
    "sivient.site.middleware.BodyLimit",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "sivient.site.middleware.WrongMethod",
]
ROOT_URLCONF = "sivient.config.urls"
WSGI_APPLICATION = "sivient.config.wsgi.application"
APPEND_SLASH = False
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request", "sivient.delivery.banner.banners"],
            "builtins": ["sivient.site.templatetags.site"],
        },
    }
]

SQLITE_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
_url = _env.database_url() or f"sqlite:///{DATA_DIR / 'sivient.sqlite3'}"
DATABASES: dict[str, Any] = {"default": dj_database_url.parse(_url)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE: a write transaction waits for its turn at the start instead of failing at its first write.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "init_command": SQLITE_PRAGMAS,
        "timeout": 10,
    }
else:
    # A guest waits no longer than this (in seconds) to be told that the database is away.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
DATABASES["default"] |= {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["sivient.accounts.backend.SignedInBackend"]
LOGIN_URL = "sign-in"
SESSION_ENGINE = "sivient.accounts.sessions"
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
CSRF_TRUSTED_ORIGINS = [BASE_URL]  # forms of ours, also when TLS ends in front and no header tells us so
CSRF_FAILURE_VIEW = "sivient.site.errors.csrf_failure"
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXIES else None
BODY_LIMIT = 1024 * 1024  # bytes; a page's form is far below, a webhook may be up to this (Zoom contract 7.1)
DATA_UPLOAD_MAX_MEMORY_SIZE = BODY_LIMIT
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 60
WHITENOISE_MIMETYPES = {".speculationrules": "application/speculationrules+json"}

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LOGGING_CONFIG = "sivient.ops.logs.configure"
LOGGING: dict[str, Any] = {"level": "WARNING" if DEMO_DIR else "INFO"}  # the demo's terminal is for its addresses
SILENCED_SYSTEM_CHECKS: list[str] = []
