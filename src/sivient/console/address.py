"""The public address of a host's page, as people copy it: from the configured base, never from a request's Host."""

from django.conf import settings
from django.urls import reverse

from sivient.accounts.models import User
from sivient.scheduling.models import PrivateLink


def page_address(host: User, slug: str = "") -> str:
    """Return the address of the host's page, or of one event type on it."""
    handle = host.handle or ""
    path = reverse("event-page", args=[handle, slug]) if slug else reverse("handle-page", args=[handle])
    return f"{settings.BASE_URL}{path}"


def private_address(link: PrivateLink) -> str:
    """Return the secret address of an event type."""
    return f"{settings.BASE_URL}{reverse('private-page', args=[link.token])}"


def page_prefix(handle: str = "") -> str:
    """Return what stands before the handle, or behind it before an event type, for the field where that is typed."""
    path = reverse("event-page", args=[handle, "slug"]) if handle else reverse("handle-page", args=["slug"])
    return f"{settings.BASE_URL.partition('://')[2]}{path.removesuffix('slug')}"
