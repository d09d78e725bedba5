"""Push channels: a vendor says that something has changed, and the calendar is read. Whatever it says is only a hint.

A notice counts when the secret of its channel came with it; of a secret only the digest is kept.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from hmac import compare_digest
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from sivient.calendars import plans
from sivient.calendars.models import Calendar, Channel
from sivient.integrations import registry
from sivient.integrations.services import calendars_for
from sivient.jobs.clock import database_now
from sivient.ports.calendars import Calendars, Notice, NoticeKind, PushInbox, Watch
from sivient.ports.errors import Gone, IntegrationError

GATHER = timedelta(seconds=1)  # notices that come together are one sync
LONGEST_SECRET = 128  # characters, several times those of our own


def inbox(vendor: str) -> PushInbox:
    """Return what reads the vendor's pushes, or raise UnknownVendor when it pushes none."""
    described = registry.provider(vendor)
    if described.push is None:
        raise registry.UnknownVendor(vendor)
    return described.push


def pushes(vendor: str) -> bool:
    """Say whether the vendor's calendars push their changes to this server."""
    return bool(settings.CALENDAR_PUSH) and registry.provider(vendor).push is not None


def receive(vendor: str, notices: Iterable[Notice]) -> int:
    """Plan what notices ask for, one piece of work per calendar; return how many were believed."""
    said = list(notices)
    named = {notice.channel for notice in said if notice.channel.isprintable()}  # no database takes the others
    if not named:
        return 0
    known = Channel.objects.filter(name__in=named, calendar__connection__vendor=vendor)
    channels = {each.name: each for each in known.select_related("calendar__connection")}
    believed = [(channels[each.channel], each.kind) for each in said if _is_true(channels.get(each.channel), each)]
    with transaction.atomic():
        for channel, kind in dict.fromkeys(believed):
            _act(channel, kind)
    return len(believed)


def to_watch(calendars: Sequence[Calendar]) -> list[Calendar]:
    """Return those of the calendars whose channel is missing, or has lived through half of its time."""
    now = database_now()
    newest: dict[int, Channel] = {}
    for channel in Channel.objects.filter(calendar__in=calendars).order_by("expires_at"):
        newest[channel.calendar_id] = channel
    return [
        each
        for each in calendars
        if pushes(each.connection.vendor) and (each.pk not in newest or _is_old(newest[each.pk], now))
    ]


def unwanted() -> list[Calendar]:
    """Return the calendars that push to us although nobody needs to read them any more."""
    wanted = Q(pk__in=plans.wanted())
    return list(Calendar.objects.exclude(wanted).filter(channels__isnull=False).distinct())


def watch(calendar: Calendar) -> None:
    """Open a channel, or let the present one live on; where none is wanted any more, end it. For workers.

    Rejected: this calendar cannot be watched. Then, and whenever a notice is lost, polling finds the changes.
    """
    calendars = calendars_for(calendar.connection)
    channels = list(calendar.channels.order_by("-expires_at"))
    wanted = plans.wanted().filter(pk=calendar.pk).exists() and pushes(calendar.connection.vendor)
    if wanted and channels and not _is_old(channels[0], database_now()):
        return
    kept = _open(calendar, calendars, channels[0] if channels else None) if wanted else None
    for channel in channels:
        if channel.name != kept:
            with suppress(IntegrationError):  # it ends by itself
                calendars.unwatch(_watch(channel))
            channel.delete()


def digest(secret: str) -> str:
    """Return what is kept of a channel's secret. Whatever a push may bring has one: half a character, or megabytes."""
    return hashlib.sha256(secret[:LONGEST_SECRET].encode(errors="replace")).hexdigest()


def _open(calendar: Calendar, calendars: Calendars, old: Channel | None) -> str:
    """Open another channel in place of the old one, or prolong it; return the name of the one that lives."""
    how = {
        "channel": uuid4().hex,
        "secret": secrets.token_urlsafe(32),
        "address": f"{settings.BASE_URL}/webhooks/calendars/{calendar.connection.vendor}",
    }
    try:
        opened = calendars.renew(calendar.external_id, _watch(old), **how) if old else None
    except Gone:
        opened = None
    if opened is None:
        opened = calendars.watch(calendar.external_id, **how)
    values: Mapping[str, object] = {
        "calendar": calendar,
        "resource": opened.resource,
        "opened_at": Now(),
        "expires_at": opened.expires_at,
    }
    with transaction.atomic():
        if old is None or opened.channel != old.name:
            values = {**values, "secret": digest(how["secret"])}
        Channel.objects.update_or_create(name=opened.channel, defaults=values)
        plans.plan_sync(calendar)  # what changed before it was open
    return opened.channel


def _act(channel: Channel, kind: NoticeKind) -> None:
    same = Channel.objects.filter(pk=channel.pk)
    same.update(heard_at=Now())
    if kind == NoticeKind.REMOVED:
        same.delete()
    elif kind == NoticeKind.REAUTHORIZE:
        same.update(expires_at=Now())
    if kind in (NoticeKind.REMOVED, NoticeKind.REAUTHORIZE):
        plans.plan_watch(channel.calendar)
    if kind not in (NoticeKind.HELLO, NoticeKind.REAUTHORIZE) and channel.calendar.gone_at is None:
        plans.plan_sync(channel.calendar, wait=GATHER)


def _is_true(channel: Channel | None, notice: Notice) -> bool:
    """Whether the notice bears its channel's secret; an unknown channel takes as long to refuse."""
    return compare_digest(digest(notice.secret), channel.secret if channel else "") and channel is not None


def _is_old(channel: Channel, now: datetime) -> bool:
    """Whether a channel has lived through half of its time."""
    return channel.expires_at - now < (channel.expires_at - channel.opened_at) / 2


def _watch(channel: Channel) -> Watch:
    return Watch(channel.name, channel.resource, channel.expires_at)
