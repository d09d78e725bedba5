"""What a calendar service remembers over a restart, and what tests change in it from another process."""

from datetime import timedelta
from pathlib import Path

from sivient.vendors.calendar_emulator import Attendee, Channel
from tests.vendors.calendar_emulator.conftest import CALENDAR, GUEST, NOW, Service

MONTH = (NOW, NOW + timedelta(days=21))


def test_events_mails_channels_faults_and_the_clock_survive_a_restart(tmp_path: Path) -> None:
    first = Service(tmp_path / "state")
    first.add(rule="FREQ=WEEKLY", attendees=[Attendee(GUEST)])
    second = first.world.listing(CALENDAR, MONTH)[1]
    first.world.change(second, start=second.start + timedelta(hours=1), end=second.end + timedelta(hours=1))
    first.it.channels.open(Channel("ch", "host", CALENDAR, "https://app.example", "s", NOW.timestamp() + 90))
    first.it.inject("slow", times=None)
    first.it.clock.advance(30)
    first.it.close()

    again = Service(tmp_path / "state")
    assert again.world.listing(CALENDAR, MONTH) == first.world.listing(CALENDAR, MONTH)
    assert again.world.revision == first.world.revision
    assert again.it.outbox.sent == first.it.outbox.sent
    assert [each.id for each in again.it.channels.living(CALENDAR)] == ["ch"]
    assert again.it.clock.now() == NOW + timedelta(seconds=30)
    assert [rule.fault for rule in again.it.faults.rules.values()] == ["slow"]
    again.it.reset()
    again.it.close()

    last = Service(tmp_path / "state")
    assert last.control("GET", "calendars")["events"] == []
    assert (last.it.outbox.sent, last.it.faults.rules, last.it.clock.now()) == ([], {}, NOW)
    assert last.world.revision == first.world.revision  # no old token is right again
    last.it.close()


def test_events_are_added_changed_answered_and_removed_over_http(service: Service) -> None:
    wish = {
        "account": "host",
        "title": "Talk",
        "start": "2026-03-24T09:00:00+00:00",
        "end": "2026-03-24T10:00:00+00:00",
    }
    (event,) = service.control("POST", "events", **wish, attendees=[GUEST])["events"]
    service.control("POST", "events/change", account="host", event=event, title="Other")
    service.control("POST", "events/answer", account="host", event=event, address=GUEST, answer="declined")
    found = service.world.find(CALENDAR, event)
    assert found is not None
    assert (found.title, found.answer_of(GUEST)) == ("Other", "declined")
    assert len(service.control("GET", "outbox")["invitations"]) == 2
    service.control("POST", "events/remove", account="host", event=event)
    assert service.world.listing(CALENDAR, MONTH) == []
    many = [wish | {"title": f"Talk {number}"} for number in range(3)]
    assert len(service.control("POST", "events", events=many)["events"]) == 3
    assert service.control("POST", "events/remove", account="host", event="nothing")["status"] == 400
    assert service.control("POST", "events", account="nobody")["status"] == 400


def test_calendars_come_and_go_over_http(service: Service) -> None:
    service.control("POST", "calendars", id="cal-2", account="host", name="Team", zone="UTC", role="reader")
    assert [each.id for each in service.world.calendars_of("host")] == [CALENDAR, "cal-2"]
    service.control("POST", "calendars/remove", calendar="cal-2")
    assert [each.id for each in service.world.calendars_of("host")] == [CALENDAR]
