"""Push channels, and what comes through them."""

import time
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.test import Client

from sivient.calendars import plans, push, sync, work
from sivient.calendars.models import Calendar, Channel
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.ports.calendars import Notice, NoticeKind
from sivient.ports.errors import Gone, Rejected, Throttled, TryLater
from tests.calendars.conftest import VENDOR, connect
from tests.calendars.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.db]
ADDRESS = f"/webhooks/calendars/{VENDOR}"
WATCHES = Work(kind="calendars.watches")


@pytest.fixture(autouse=True)
def public(settings) -> None:  # type: ignore[no-untyped-def]
    """The server can be reached."""
    settings.CALENDAR_PUSH = True


@pytest.fixture
def channel(calendar: Calendar, world: World) -> Channel:
    """An open channel, and nothing planned."""
    sync.sync(calendar)
    push.watch(calendar)
    Work.objects.all().delete()
    world.calls.clear()
    return Channel.objects.get()


def planned(kind: str = "calendars.sync") -> list[str]:
    return list(Work.objects.filter(kind=kind).values_list("key", flat=True))


def post(channel: Channel, world: World, secret: str | None = None) -> int:
    headers = {"X-Channel": channel.name, "X-Secret": world.channels[channel.name] if secret is None else secret}
    return Client().post(ADDRESS, headers=headers).status_code


def test_a_channel_is_opened_and_only_the_digest_of_its_secret_is_kept(calendar: Calendar, world: World) -> None:
    work.watches(WATCHES)
    assert planned("calendars.watch") == [f"calendar:{calendar.pk}"]
    push.watch(calendar)
    made = Channel.objects.get()
    secret = world.channels[made.name]
    assert made.secret == push.digest(secret) != secret
    assert planned() == [f"calendar:{calendar.pk}"], "what changed before it was open"


def test_notices_are_one_sync_however_many_they_are(channel: Channel, world: World) -> None:
    assert [post(channel, world) for _ in range(5)] == [202] * 5
    assert planned() == [f"calendar:{channel.calendar_id}"]
    assert world.calls == [], "nobody is asked while the vendor waits"
    channel.refresh_from_db()
    assert channel.heard_at is not None


def test_a_push_does_not_hurry_what_the_vendor_asked_to_wait_for(channel: Channel, world: World) -> None:
    world.trouble = {"changes": [Throttled("Slow down.", after=timedelta(minutes=10))]}
    plans.plan_sync(channel.calendar)
    run_due()
    before = Work.objects.get(kind=plans.SYNC)
    post(channel, world)
    after = Work.objects.get(kind=plans.SYNC)
    assert (after.run_at, after.attempt) == (before.run_at, 1)


@pytest.mark.parametrize("secret", ["", "wrong", "é", "\x00"])
def test_a_notice_with_another_secret_is_acknowledged_and_ignored(channel: Channel, world: World, secret: str) -> None:
    assert post(channel, world, secret) == 202
    assert planned() == []


def test_a_notice_of_an_unknown_channel_or_of_none_is_ignored(channel: Channel, world: World) -> None:
    assert Client().post(ADDRESS, headers={"X-Channel": "unknown", "X-Secret": "s"}).status_code == 202
    assert Client().post(ADDRESS, data=b"\xff{junk", content_type="application/json").status_code == 202
    assert planned() == []


def test_half_a_character_and_a_very_long_text_are_wrong_secrets(channel: Channel, world: World) -> None:
    notices = [Notice(channel.name, "\ud800"), Notice(channel.name, "x" * 50_000)]
    assert push.receive(VENDOR, notices) == 0
    assert planned() == []


def test_a_channel_that_no_database_would_take_is_unknown(channel: Channel, world: World) -> None:
    assert push.receive(VENDOR, [Notice("\x00", "s"), Notice("\ud800", "s")]) == 0


def test_the_channel_of_another_vendor_is_unknown(channel: Channel, world: World) -> None:
    told = push.receive("microsoft", [Notice(channel.name, world.channels[channel.name])])
    assert told == 0


@pytest.mark.parametrize("vendor", ["microsoft", VENDOR])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_handshake_is_answered_with_its_own_words_as_text(world: World, db: None, vendor: str, method: str) -> None:
    answer = getattr(Client(), method)(f"/webhooks/calendars/{vendor}?validationToken=a%2Bb%3Cscript%3E")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.content.decode() == "a+b<script>"


def test_vendors_that_push_nothing_have_no_address(db: None) -> None:
    assert Client().post("/webhooks/calendars/zoom").status_code == 404
    assert Client().post("/webhooks/calendars/nobody").status_code == 404
    assert Client().put(ADDRESS).status_code == 405


def test_a_long_body_is_refused_before_it_is_read(db: None, world: World) -> None:
    assert Client().post(ADDRESS, data=b"x" * (64 * 1024 + 1), content_type="text/plain").status_code == 413


def test_junk_is_answered_fast(channel: Channel, world: World) -> None:
    began = time.monotonic()
    for number in range(50):
        Client().post(ADDRESS, headers={"X-Channel": f"c{number}"}, data=b"{" * 1000, content_type="text/plain")
    assert time.monotonic() - began < 5
    assert planned() == []


@pytest.mark.parametrize(
    ("kind", "syncs", "watches", "channels"),
    [
        (NoticeKind.HELLO, 0, 0, 1),
        (NoticeKind.MISSED, 1, 0, 1),
        (NoticeKind.REMOVED, 1, 1, 0),
        (NoticeKind.REAUTHORIZE, 0, 1, 1),
    ],
)
def test_what_a_vendor_says_of_the_channel_itself_is_done(
    channel: Channel, world: World, kind: NoticeKind, syncs: int, watches: int, channels: int
) -> None:
    push.receive(VENDOR, [Notice(channel.name, world.channels[channel.name], kind)])
    assert (len(planned()), len(planned("calendars.watch")), Channel.objects.count()) == (syncs, watches, channels)
    if kind == NoticeKind.REAUTHORIZE:
        push.watch(channel.calendar)
        assert world.calls[:2] == ["renew", "watch"]


def test_a_channel_is_renewed_after_half_of_its_life(channel: Channel, world: World) -> None:
    work.watches(WATCHES)
    push.watch(channel.calendar)
    assert (planned("calendars.watch"), world.calls) == ([], [])
    Channel.objects.update(opened_at=Now() - timedelta(days=8))
    work.watches(WATCHES)
    assert planned("calendars.watch") == [f"calendar:{channel.calendar_id}"]
    push.watch(channel.calendar)
    new = Channel.objects.get()
    assert new.name != channel.name
    assert set(world.channels) == {new.name}


def test_a_channel_that_is_gone_at_the_vendor_is_opened_anew(channel: Channel, world: World) -> None:
    Channel.objects.update(expires_at=Now())
    world.trouble = {"renew": [Gone("No such channel.")]}
    push.watch(channel.calendar)
    assert Channel.objects.get().name in world.channels


def test_an_old_channel_stays_while_no_new_one_can_be_opened(channel: Channel, world: World) -> None:
    Channel.objects.update(expires_at=Now())
    world.trouble = {"renew": [TryLater("Away.")]}
    with pytest.raises(TryLater):
        push.watch(channel.calendar)
    assert Channel.objects.get().name == channel.name


def test_a_calendar_that_nobody_needs_to_read_is_not_watched_any_more(channel: Channel, world: World) -> None:
    Calendar.objects.update(blocks=False)
    work.watches(WATCHES)
    assert planned("calendars.watch") == [f"calendar:{channel.calendar_id}"]
    push.watch(channel.calendar)
    assert not Channel.objects.exists()
    assert not world.channels


def test_without_an_address_that_can_be_reached_nothing_is_watched(
    calendar: Calendar,
    world: World,
    settings,  # type: ignore[no-untyped-def]
) -> None:
    settings.CALENDAR_PUSH = False
    work.watches(WATCHES)
    assert planned("calendars.watch") == []


def test_a_calendar_that_cannot_be_watched_is_polled(calendar: Calendar, world: World) -> None:
    world.trouble = {"watch": [Rejected("Not this one.")]}
    with pytest.raises(Rejected):
        push.watch(calendar)
    assert not Channel.objects.exists()
    work.poll(Work(kind="calendars.poll"))
    assert planned() == [f"calendar:{calendar.pk}"]


def test_each_host_is_told_of_their_own_calendar(channel: Channel, world: World) -> None:
    connect(channel.calendar.host, "second")
    post(channel, world)
    assert planned() == [f"calendar:{channel.calendar_id}"]
