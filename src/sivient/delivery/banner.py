"""What every page of a host says above all else: a vendor has to be connected again."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from sivient.accounts.models import User
from sivient.core import moments
from sivient.delivery.links import waiting_for_link
from sivient.integrations.queries import Card, CardState, ended_elsewhere

SAID_BY_ITSELF = "settings-integrations"  # pages whose names begin so say it in their own words


@dataclass(frozen=True, slots=True)
class Banner:
    """What has happened, what it means, and the button that leads to mending it."""

    happened: str
    means: str
    href: str
    way_on: str


def banners(request: HttpRequest) -> dict[str, object]:
    """Give templates `banners`. They are looked for only where a template reads them: on no guest's page."""
    return {"banners": SimpleLazyObject(lambda: _banners(request))}


def waiting_words(count: int, *, again: str = "reconnect") -> str:
    """Say how many bookings wait for a link until the host does it `again`, as a sentence; "" for none."""
    if not count:
        return ""
    if count == 1:
        return f"1 booking waits for a link; it gets it by itself once you {again}."
    return f"{count} bookings wait for a link; they get it by themselves once you {again}."


def beyond(reason: str, label: str) -> str:
    """Return what a reason says beyond 'stopped accepting our access', as a sentence; "" for nothing more."""
    return "" if reason == f"{label} no longer accepts our access." else reason


def _banners(request: HttpRequest) -> list[Banner]:
    user, match = getattr(request, "user", None), request.resolver_match
    if not isinstance(user, User) or (match and (match.url_name or "").startswith(SAID_BY_ITSELF)):
        return []
    now = timezone.now()
    found = [_banner(user, card, now) for card in ended_elsewhere(user, now=now)]
    return [each for each in found if each is not None]


def _banner(user: User, card: Card, now: datetime) -> Banner | None:
    """Say what the card says; None for a removal at the vendor that holds no booking up: it was wanted."""
    since, label = card.since, card.provider.label
    when = f" on {moments.day(since, user.timezone)}, {moments.clock(since, user.timezone)}" if since else ""
    where = f" ({moments.city(user.timezone)})" if since else ""
    removed = card.state == CardState.DEAUTHORIZED
    count = waiting_for_link(user.pk, now=now).count()
    if removed and not count:
        return None
    happened = f"The app was removed in {label}" if removed else f"{label} stopped accepting our access"
    waiting = waiting_words(count, again="connect again" if removed else "reconnect")
    return Banner(
        happened=f"{happened}{when}{where}.",
        means=f"People can still book you. {waiting}".strip(),
        href=reverse("settings-integrations"),
        way_on=f"Connect {label}" if removed else f"Reconnect {label}",
    )
