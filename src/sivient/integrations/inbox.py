"""What vendors send us: stored once and answered at once; the work is a job's (Zoom contract chapter 7)."""

import hashlib
import logging
import math
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic
from typing import Any

from django.db import transaction
from django.utils import timezone

from sivient.integrations import alarms, registry
from sivient.integrations.models import WebhookEvent, WebhookHealth
from sivient.jobs.queue import enqueue
from sivient.ports.vendor import Inbox, Received

REFUSED_ALARM = 5  # wrong signatures in a row: a vendor never sends again what was refused
REFUSED_COUNT = timedelta(days=1)  # after so long without one, the count begins anew: strangers' mischief passes
WRITTEN_EVERY = 10.0  # seconds
log = logging.getLogger(__name__)


class NotSigned(Exception):
    """The signature is missing or wrong. Nothing was stored but that it came."""


def inbox(vendor: str) -> Inbox:
    """Return the vendor's inbox, or raise UnknownVendor when it has none."""
    provider = registry.provider(vendor)
    if provider.inbox is None:
        raise registry.UnknownVendor(vendor)
    return provider.inbox(registry.app(vendor))


def receive(vendor: str, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Mapping[str, Any]:
    """Check, store and plan the work for one message; return what to answer. NotSigned: it is not the vendor's."""
    post = inbox(vendor)
    received = post.receive(headers, body, now=now)
    if received is None:
        log.warning("webhook signature is wrong", extra={"vendor": vendor})
        if registry.app(vendor).configured:
            _note_refused(vendor, now)
        raise NotSigned
    with transaction.atomic():
        _store(vendor, received, body, wanted=post.deauthorization(body) is not None)
        _note_good(vendor, received, now)
    return received.reply or {}


def _store(vendor: str, received: Received, body: bytes, *, wanted: bool) -> None:
    """Keep the message once. Only the body of one that needs work is kept, until the work is done."""
    outcome = "" if wanted else "answered" if received.reply else "ignored"
    event, created = WebhookEvent.objects.get_or_create(
        digest=hashlib.sha256(body).hexdigest(),
        defaults={
            "vendor": vendor,
            "event": received.event[:60],
            "body": body.decode(errors="replace") if wanted else "",
            "fresh": received.fresh,
            "outcome": outcome,
            "handled_at": None if wanted else timezone.now(),
        },
    )
    if created and wanted:
        enqueue("integrations.webhook", key=f"event:{event.pk}", payload={"event": event.pk})


def _note_good(vendor: str, received: Received, now: datetime) -> None:
    """Note that the vendor's messages arrive, and when it last checked the address."""
    last = "last_validation_at" if received.reply else "last_event_at"
    health, _ = WebhookHealth.objects.get_or_create(vendor=vendor)
    WebhookHealth.objects.filter(pk=health.pk).update(**{last: now, "refused": 0})
    alarms.webhooks_accepted(vendor)


def _note_refused(vendor: str, now: datetime) -> None:
    """Count messages that were not believed; once there are five in a row the operator is told.

    Anybody can send them, so a process writes at most once in ten seconds: what came in between is counted then.
    """
    new = _refused.take(vendor)
    if not new:
        return
    with transaction.atomic():
        WebhookHealth.objects.get_or_create(vendor=vendor)
        health = WebhookHealth.objects.select_for_update().get(vendor=vendor)
        before = refused_lately(health, now)
        health.refused, health.last_refused_at = before + new, now
        health.save(update_fields=["refused", "last_refused_at"])
        if before < REFUSED_ALARM <= health.refused:
            alarms.webhooks_refused(vendor)


def forget_refused(now: datetime) -> None:
    """Let counts of refused messages go, and the alarm, when none has come for a day."""
    for health in WebhookHealth.objects.filter(refused__gt=0, last_refused_at__lte=now - REFUSED_COUNT):
        with transaction.atomic():
            same = WebhookHealth.objects.filter(pk=health.pk, last_refused_at=health.last_refused_at)
            if same.update(refused=0):
                alarms.webhooks_accepted(health.vendor)


def refused_lately(health: WebhookHealth, now: datetime) -> int:
    """Return how many were refused in a row; 0 when the last of them is more than a day old."""
    lately = health.last_refused_at is not None and health.last_refused_at > now - REFUSED_COUNT
    return health.refused if lately else 0


class _Unwritten:
    """What this process has refused since it last wrote that down."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.counts: Counter[str] = Counter()
        self.written: dict[str, float] = {}  # by a clock that only goes forward

    def take(self, vendor: str) -> int:
        """Count one; return how many are to be written down now, 0 for none yet."""
        with self.lock:
            self.counts[vendor] += 1
            now = monotonic()
            if now < self.written.get(vendor, -math.inf) + WRITTEN_EVERY:
                return 0
            self.written[vendor] = now
            return self.counts.pop(vendor)


_refused = _Unwritten()
