"""The host's verbs for event types: save, take away, duplicate, move, and the private links of each.

Those that change an event type raise Gone when it is not there any more.
"""

from dataclasses import fields
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from sivient.accounts.gone import Gone
from sivient.accounts.models import User
from sivient.audit.log import record
from sivient.calendars.models import Calendar
from sivient.calendars.queries import targets
from sivient.core.text import clean_line
from sivient.scheduling import platforms, questions, rules
from sivient.scheduling.calendar_choice import NO_TARGET
from sivient.scheduling.drafts import EventTypeDraft, problems, tidied
from sivient.scheduling.editions import edition_of, require_seen
from sivient.scheduling.models import EventType, FormerSlug, PrivateLink, Schedule, Timetable

MOST_EVENT_TYPES = 50  # per host; a page lists them all
MOST_LINKS = 100  # private ones, per event type
_APART = ("schedule", "calendar", "slug", "platform", "platform_details", "limits", "questions", "more_minutes")


class SlugTaken(Exception):
    """Another event type of the host has this address, or had it. The text is for the host."""


class TooManyEventTypes(Exception):
    """The host has as many event types as a page can list."""


class EventTypeUnfit(Exception):
    """Some fields cannot stay. `problems` has a sentence for each, by the name of the field."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems


def save_event_type(
    host: User,
    draft: EventTypeDraft,
    event_type: EventType | None = None,
    *,
    seen: str | None = None,
    now: datetime | None = None,
) -> EventType:
    """Change an event type of the host, or add one. Bookings that were made keep what they were promised.

    A former address keeps leading here. A hidden event type gets a private link if it has none that stays.
    `seen` is the edition that the host began with (None: whatever is stored), `now` None this moment.
    Raises EventTypeUnfit, SlugTaken, TooManyEventTypes, platforms.PlatformUnfit, PlanTooSmall or ChangedMeanwhile.
    """
    now = now or timezone.now()
    draft = tidied(draft)
    if found := problems(draft, now=now, stored=event_type):
        raise EventTypeUnfit(found)
    with transaction.atomic():
        Timetable.take(host.pk)
        event_type = _fresh(host, event_type) if event_type else _new(host)
        stored = edition_of(event_type)
        platforms.require_choosable(host, draft.platform, current=event_type.platform)
        event_type.platform = draft.platform
        event_type.platform_details = platforms.check_details(draft.platform, draft.platform_details)
        event_type.schedule = _schedule(host, draft, event_type)
        event_type.calendar = _calendar(host, draft, event_type)
        former, event_type.slug = event_type.slug, _slug(host, draft, event_type)
        for name, value in _plain(draft).items():
            setattr(event_type, name, value)
        require_seen(seen, stored, edition_of(event_type))
        event_type.save()
        _keep_leading(event_type, former)
        _keep_reachable(event_type, now)
        record("event type saved", account=host.pk, actor="host", subject=f"event_type:{event_type.pk}")
    return event_type


def delete_event_type(host: User, event_type: EventType) -> None:
    """Offer it no more, and free its addresses. Bookings of it stand: they carry their own title, time and place."""
    with transaction.atomic():
        Timetable.take(host.pk)
        event_type = _fresh(host, event_type)
        record("event type deleted", account=host.pk, actor="host", subject=f"event_type:{event_type.pk}")
        event_type.delete()
        _put_in_order(list(host.event_types.all()))


def duplicate_event_type(host: User, event_type: EventType, *, now: datetime | None = None) -> EventType:
    """Add a copy right below, switched off, with an address and private links of its own. Raises TooManyEventTypes."""
    with transaction.atomic():
        Timetable.take(host.pk)
        copy = _fresh(host, event_type)
        _require_room(host)
        copy.pk, copy.active, copy.slug = None, False, ""
        copy.title = f"{copy.title.removesuffix(' (copy)')[:113]} (copy)"
        copy.slug = _free_slug(host, copy.title, copy.minutes)
        copy._state.adding = True
        copy.save()
        order = [each for each in host.event_types.all() if each.pk != copy.pk]
        order.insert(order.index(event_type) + 1, copy)
        _put_in_order(order)
        _keep_reachable(copy, now or timezone.now())
        record("event type saved", account=host.pk, actor="host", subject=f"event_type:{copy.pk}")
    return copy


def move_event_type(host: User, event_type: EventType, by: int) -> None:
    """Move it up (`by` -1) or down (1) by so many places in the host's order; at the end it stays."""
    with transaction.atomic():
        Timetable.take(host.pk)
        event_type, order = _fresh(host, event_type), list(host.event_types.all())
        place = order.index(event_type)
        order.insert(max(0, place + by), order.pop(place))
        _put_in_order(order)
        record("event types reordered", account=host.pk, actor="host", subject=f"event_type:{event_type.pk}")


def add_private_link(
    host: User,
    event_type: EventType,
    *,
    label: str = "",
    single_use: bool = False,
    expires_at: datetime | None = None,
    now: datetime,
) -> PrivateLink:
    """Add a secret address of the event type. Raises EventTypeUnfit with `label` or `expires_at`."""
    label, found = clean_line(label, 61), {}
    if len(label) > 60:
        found["label"] = "A label has up to 60 characters."
    if expires_at is not None and expires_at <= now:
        found["expires_at"] = "This date is past. Choose today or a later date."
    with transaction.atomic():
        Timetable.take(host.pk)
        event_type = _fresh(host, event_type)
        if event_type.private_links.count() >= MOST_LINKS:
            found["label"] = f"An event type has up to {MOST_LINKS} private links. Remove one first."
        if found:
            raise EventTypeUnfit(found)
        link = PrivateLink.objects.create(
            event_type=event_type, label=label, single_use=single_use, expires_at=expires_at, created_at=now
        )
        record("private link added", account=host.pk, actor="host", subject=f"event_type:{event_type.pk}")
    return link


def remove_private_link(host: User, link: PrivateLink, *, now: datetime | None = None) -> None:
    """End a secret address at once. A hidden event type gets a new one in place of its last that stays."""
    with transaction.atomic():
        Timetable.take(host.pk)
        event_type = _fresh(host, link.event_type)
        event_type.private_links.filter(pk=link.pk).delete()
        _keep_reachable(event_type, now or timezone.now())
        record("private link removed", account=host.pk, actor="host", subject=f"event_type:{event_type.pk}")


def _plain(draft: EventTypeDraft) -> dict[str, Any]:
    """Return the columns that take what the draft says."""
    columns = {each.name: getattr(draft, each.name) for each in fields(draft) if each.name not in _APART}
    return columns | {
        "more_minutes": list(draft.more_minutes),
        "limits": rules.stored(draft.limits),
        "questions": questions.stored(draft.questions),
    }


def _fresh(host: User, event_type: EventType) -> EventType:
    """Return the host's event type as it is under the lock, or raise Gone."""
    found = host.event_types.filter(pk=event_type.pk).first()
    if found is None:
        raise Gone
    return found


def _new(host: User) -> EventType:
    _require_room(host)
    return EventType(host=host, position=host.event_types.count())


def _require_room(host: User) -> None:
    if host.event_types.count() >= MOST_EVENT_TYPES:
        raise TooManyEventTypes


def _schedule(host: User, draft: EventTypeDraft, event_type: EventType) -> Schedule:
    """Return the schedule that is wanted, else the present one, else the host's first."""
    if draft.schedule is not None:
        found = host.schedules.filter(pk=draft.schedule).first()
        if found is None:
            raise EventTypeUnfit({"schedule": "Choose one of your schedules."})
        return found
    if event_type.schedule_id is not None:
        return event_type.schedule
    if first := host.schedules.order_by("pk").first():
        return first
    Timetable.take(host.pk, hours=True)  # taken already: now what is known of the host's hours turns over as well
    return Schedule.objects.create(host=host, timezone=host.timezone)


def _calendar(host: User, draft: EventTypeDraft, event_type: EventType) -> Calendar | None:
    """Return the calendar that is wanted; the present one stays even while it cannot receive anything."""
    if draft.calendar is None or draft.calendar == event_type.calendar_id:
        return event_type.calendar if draft.calendar else None
    found = targets(host).filter(pk=draft.calendar).first()
    if found is None:
        raise EventTypeUnfit({"calendar": NO_TARGET})
    return found


def _slug(host: User, draft: EventTypeDraft, event_type: EventType) -> str:
    """Return the address that is wanted, else the present one, else one made from the title; or raise SlugTaken."""
    slug = draft.slug or event_type.slug
    if not slug:
        return _free_slug(host, draft.title, draft.minutes)
    if host.event_types.filter(slug=slug).exclude(pk=event_type.pk).exists():
        raise SlugTaken("Another of your event types has this address.")
    former = FormerSlug.objects.filter(host=host, slug=slug).exclude(event_type=event_type.pk).first()
    if former is not None:
        raise SlugTaken(f"This address once was that of “{former.event_type.title}”, and still leads there.")
    return slug


def _free_slug(host: User, title: str, minutes: int) -> str:
    """Return an address made from the title that no event type of the host has or had."""
    base = slugify(title)[:50].strip("-_") or f"{minutes}min"
    taken = {*host.event_types.values_list("slug", flat=True), *host.former_slugs.values_list("slug", flat=True)}
    wishes = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
    return next(wish for wish in wishes if wish not in taken)


def _keep_leading(event_type: EventType, former: str) -> None:
    """Let the former address lead to the new one."""
    if former in ("", event_type.slug):
        return
    FormerSlug.objects.filter(event_type=event_type, slug=event_type.slug).delete()
    FormerSlug.objects.create(host_id=event_type.host_id, event_type=event_type, slug=former)


def _keep_reachable(event_type: EventType, now: datetime) -> None:
    """Give a hidden event type a private link unless it has one that neither use nor time ends."""
    if event_type.hidden and not event_type.private_links.filter(single_use=False, expires_at=None).exists():
        PrivateLink.objects.create(event_type=event_type, created_at=now)


def _put_in_order(order: list[EventType]) -> None:
    """Store the order as dense positions."""
    for position, each in enumerate(order):
        each.position = position
    EventType.objects.bulk_update(order, ["position"])
