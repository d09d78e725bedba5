"""The one list of vendors, and the operator's registration at each."""

from collections.abc import Callable

from django.conf import settings

from sivient.ports.vendor import App, Provider
from sivient.vendors import zoom

PROVIDERS = {provider.key: provider for provider in (zoom.PROVIDER,)}


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


_APPS: dict[str, Callable[[], App]] = {"zoom": _zoom}
