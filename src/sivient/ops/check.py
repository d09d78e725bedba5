"""What `sivient check` looks at beyond the settings themselves."""

from django.conf import settings
from django.db import Error, connection

from sivient.ports.errors import IntegrationError
from sivient.site import mailer


def installation_problems() -> list[str]:
    """Return one sentence for each thing that would keep a booking from being delivered."""
    return [problem for look in (_data_dir, _database, _mail, _sign_in, _zoom) for problem in look()]


def _database() -> list[str]:
    try:
        connection.ensure_connection()
    except Error as error:
        return [f"The database does not answer ({type(error).__name__}). See DATABASE_URL."]
    return []


def _data_dir() -> list[str]:
    try:
        settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        return [f"SIVIENT_DATA_DIR cannot be written ({error.strerror})."]
    return []


def _mail() -> list[str]:
    try:
        mailer.probe()
    except IntegrationError as error:
        return [f"SMTP_URL: {error}"]
    return []


def _sign_in() -> list[str]:
    if settings.GOOGLE_CLIENT_ID or settings.MICROSOFT_CLIENT_ID:
        return []
    return ["Nobody can sign in: set GOOGLE_CLIENT_ID or MICROSOFT_CLIENT_ID with its secret."]


def _zoom() -> list[str]:
    if settings.ZOOM_CLIENT_ID and not settings.ZOOM_WEBHOOK_SECRETS:
        return ["ZOOM_WEBHOOK_SECRET_TOKEN is not set: Zoom cannot tell when somebody removes the app."]
    return []
