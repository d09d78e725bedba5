"""What vendors send us: stored once and answered at once; the work is a job's (Zoom contract chapter 7)."""

import hashlib
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from sivient.integrations import alarms, registry
from sivient.integrations.models import WebhookEvent, WebhookHealth
from sivient.jobs.queue import enqueue
from sivient.ports.vendor import Inbox, Received

REFUSED_ALARM = 5  # wrong signatures in a row: a vendor never sends again what was refused
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
    """Count a message that was not believed; at the fifth in a row the operator is told."""
    with transaction.atomic():
        health, _ = WebhookHealth.objects.get_or_create(vendor=vendor)
        mine = WebhookHealth.objects.filter(pk=health.pk)
        mine.update(refused=F("refused") + 1, last_refused_at=now)
        if mine.filter(refused=REFUSED_ALARM).exists():
            alarms.webhooks_refused(vendor, REFUSED_ALARM)
