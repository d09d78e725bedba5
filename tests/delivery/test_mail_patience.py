"""A mail waits three days for a mail server that is away; then the host reads that it did not leave."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from sivient.booking.steps import step_key
from sivient.delivery.readers import CANCELLATIONS, INVITES
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.jobs.registry import handler
from sivient.jobs.worker import run_due
from sivient.scheduling.models import Platform
from tests.delivery.conftest import Post, deadline_comes, pass_time
from tests.factories import make_booking, make_event_type, make_host

REQUESTS = ("delivery.request", "delivery.request_received", "delivery.declined", "delivery.request_expired")
TOLD = ("delivery.tell_reconnect", "delivery.tell_deauthorized", "delivery.tell_limit")
WORDS = ("delivery.link_due", "delivery.link_late", *TOLD)
DAYS_3 = timedelta(days=3)


@pytest.mark.parametrize("kind", [*INVITES.values(), *CANCELLATIONS.values(), *REQUESTS, *WORDS])
def test_every_mail_has_the_same_patience(kind: str) -> None:
    known = handler(kind)
    assert known is not None
    assert known.patience == DAYS_3


@pytest.mark.db
@pytest.mark.django_db
@pytest.mark.parametrize(("asked", "state"), [(DAYS_3 - timedelta(hours=1), "waiting"), (DAYS_3, "failed")])
def test_an_invite_that_never_left_is_given_up_after_three_days(post: Post, asked: timedelta, state: str) -> None:
    make_booking(make_event_type(make_host(platform=Platform.PHONE, platform_details="+49 30 1")))
    Work.objects.update(asked_at=timezone.now() - asked)
    post.refuse("451")
    pass_time()
    run_due()
    assert set(Work.objects.values_list("state", flat=True)) == {state}
    assert post.all() == []


@pytest.mark.db
@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["delivery.link_due", "delivery.link_late"])
def test_the_patience_of_a_mail_that_was_planned_weeks_ago_begins_when_it_is_due(post: Post, kind: str) -> None:
    booking = make_booking(make_event_type(make_host()))
    key, payload = step_key(booking), {"booking": booking.pk, "version": booking.version}
    work = enqueue(kind, key=key, payload=payload, run_at=booking.start - timedelta(hours=1))
    assert Work.objects.get(kind=kind).asked_at == work.run_at
    weeks_pass(work.run_at - timezone.now())
    post.refuse("451")
    run_due()
    assert Work.objects.get(kind=kind).state == "waiting"
    Work.objects.filter(kind=kind).update(asked_at=timezone.now() - DAYS_3)
    pass_time()
    deadline_comes(kind)
    run_due()
    assert Work.objects.get(kind=kind).state == "failed"


def weeks_pass(span: timedelta) -> None:
    """Let all work be as old as it will be then."""
    moments = ("created_at", "asked_at", "run_at")
    Work.objects.update(**{name: F(name) - span - timedelta(seconds=1) for name in moments})
