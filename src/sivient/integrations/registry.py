"""The one list of vendors, and the operator's registration at each."""

from collections.abc import Callable

from django.conf import settings

from sivient.ports.errors import Reconnect
from sivient.ports.http import Patience
from sivient.ports.vendor import App, OAuth, Provider
from sivient.vendors import caldav, google, ics, microsoft, zoom

_ALL = (zoom.PROVIDER, google.PROVIDER, microsoft.PROVIDER, caldav.PROVIDER, ics.PROVIDER)
PROVIDERS = {provider.key: provider for provider in _ALL}


class UnknownVendor(Exception):
    """No vendor of this name."""


def provider(key: str) -> Provider:
    """Return the vendor of this name, or raise UnknownVendor."""
    try:
        return PROVIDERS[key]
    except KeyError:
        raise UnknownVendor(key) from None


def app(key: str) -> App:
    """Return the operator's registration at a vendor; it may be empty, see `App.configured`."""
    return _APPS[key]()


def oauth(vendor: str, patience: Patience) -> OAuth:
    """Return how a host allows us in at a vendor. Reconnect: it has no such way, only the host can renew access."""
    described = provider(vendor)
    if described.oauth is None:
        raise Reconnect(f"{described.label} does not accept our access any more.")
    return described.oauth(app(vendor), patience)


def redirect_uri(key: str) -> str:
    """Return the address to which the vendor sends the host back. The vendor compares it letter by letter."""
    return f"{settings.BASE_URL}/settings/integrations/{key}/callback"


def webhook_uri(key: str) -> str:
    """Return the address to which the vendor sends its events."""
    return f"{settings.BASE_URL}/webhooks/{key}"


def _zoom() -> App:
    return App(
        client_id=settings.ZOOM_CLIENT_ID,
        client_secret=settings.ZOOM_CLIENT_SECRET,
        webhook_secrets=tuple(settings.ZOOM_WEBHOOK_SECRETS),
        oauth_base=settings.ZOOM_OAUTH_BASE,
        api_base=settings.ZOOM_API_BASE,
    )


def _google() -> App:
    return App(
        client_id=settings.GOOGLE_CLIENT_ID,
        client_secret=settings.GOOGLE_CLIENT_SECRET,
        webhook_secrets=(),
        oauth_base=settings.GOOGLE_ISSUER,
        api_base=settings.GOOGLE_API_BASE,
    )


def _microsoft() -> App:
    return App(
        client_id=settings.MICROSOFT_CLIENT_ID,
        client_secret=settings.MICROSOFT_CLIENT_SECRET,
        webhook_secrets=(),
        oauth_base=settings.MICROSOFT_AUTHORITY,
        api_base=settings.GRAPH_BASE,
    )


def _nobody(vendor: str) -> Callable[[], App]:
    """Return what makes the registration at a vendor that wants none: everybody may use it."""

    def app() -> App:
        return App(
            client_id=vendor,
            client_secret="",
            webhook_secrets=(),
            oauth_base="",
            api_base="",
            networks=settings.PRIVATE_NETWORKS,
        )

    return app


_APPS: dict[str, Callable[[], App]] = {
    "zoom": _zoom,
    "google": _google,
    "microsoft": _microsoft,
    "caldav": _nobody("caldav"),
    "ics": _nobody("ics"),
}
