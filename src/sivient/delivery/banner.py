"""What every page of a host says above all else: a vendor has to be connected again, a calendar cannot be read."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from sivient.accounts.models import User
from sivient.calendars.models import Calendar
from sivient.calendars.queries import SHOWN_FOR, blocking, untrusted
from sivient.core import moments
from sivient.delivery.links import waiting_for_link
from sivient.integrations.queries import Card, CardState, ended_elsewhere

SAID_BY_ITSELF = "settings-integrations"  # pages whose names begin so say it in their own words
FIRST_READING = timedelta(minutes=10)  # so long nobody needs to worry that a calendar has not been read yet
CAN_BOOK = "People can still book you."


@dataclass(frozen=True, slots=True)
class Banner:
    """What has happened, what it means, and the button that leads to mending it."""

    happened: str
    means: str
    href: str
    way_on: str
    about_links: bool = False  # of meetings, which bookings may wait for


def banners(request: HttpRequest) -> dict[str, object]:
    """Give templates `banners`, and `links_said`: whether one says that links are missing.

    They are looked for only where a template reads them: on no guest's page.
    """
    found = SimpleLazyObject(lambda: _banners(request))
    return {"banners": found, "links_said": SimpleLazyObject(lambda: any(each.about_links for each in found))}


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


def unreadable(host_id: int, *, now: datetime) -> QuerySet[Calendar]:
    """Return the calendars that keep the host's page without times, but for those that are read for the first time."""
    new = {"synced_at": None, "gone_at": None, "trouble": "", "created_at__gt": now - FIRST_READING}
    return untrusted(blocking(host_id), SHOWN_FOR).exclude(**new)


def _banners(request: HttpRequest) -> list[Banner]:
    user, match = getattr(request, "user", None), request.resolver_match
    if not isinstance(user, User) or (match and (match.url_name or "").startswith(SAID_BY_ITSELF)):
        return []
    now = timezone.now()
    unread, ended = list(unreadable(user.pk, now=now)), ended_elsewhere(user, now=now)
    found = [_ended(user, card, unread, now) for card in ended]
    rest = [each for each in unread if each.connection_id not in {card.connection for card in ended}]
    return [each for each in (*found, _calendars(rest)) if each is not None]


def _ended(user: User, card: Card, unread: list[Calendar], now: datetime) -> Banner | None:
    """Say what the card says; None for a removal at the vendor that holds nothing up: it was wanted."""
    since, label = card.since, card.provider.label
    when = f" on {moments.day(since, user.timezone)}, {moments.clock(since, user.timezone)}" if since else ""
    where = f" ({moments.city(user.timezone)})" if since else ""
    removed = card.state == CardState.DEAUTHORIZED
    again = "connect it again" if removed else "reconnect"
    if card.provider.calendars is not None:
        holds_up = any(each.connection_id == card.connection for each in unread)
        means = f"Your page shows no times until you {again}." if holds_up else CAN_BOOK
    else:
        count = waiting_for_link(user.pk, now=now).count()
        holds_up = bool(count)
        means = f"{CAN_BOOK} {waiting_words(count, again='connect again' if removed else 'reconnect')}".strip()
    if removed and not holds_up:
        return None
    happened = f"The app was removed in {label}" if removed else f"{label} stopped accepting our access"
    return Banner(
        happened=f"{happened}{when}{where}.",
        means=means,
        href=reverse("settings-integrations"),
        way_on=f"Connect {label}" if removed else f"Reconnect {label}",
        about_links=card.provider.calendars is None,
    )


def _calendars(unread: list[Calendar]) -> Banner | None:
    """Say that calendars of accounts that work cannot be read: one banner, however many they are."""
    if not unread:
        return None
    names = [f"“{each.name}”" for each in unread]
    if len(names) == 1:
        which, them = f"The calendar {names[0]}", "it"
    else:
        which, them = f"The calendars {', '.join(names[:-1])} and {names[-1]}", "them"
    return Banner(
        happened=f"{which} cannot be read.",
        means=f"Your page shows no times until that is mended, or you take bookings without {them}.",
        href=f"{reverse('settings-integrations')}#calendars",
        way_on="See what you can do",
    )
