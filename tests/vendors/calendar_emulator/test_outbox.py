"""The invitations that the emulated provider mails: counted, and readable for a mail program."""

from email import message_from_bytes, policy

import icalendar

from sivient.vendors.calendar_emulator import Attendee
from tests.vendors.calendar_emulator.conftest import GUEST, HOST, Service

OTHER = "second@x.example"


def told(service: Service, event: str) -> list[tuple[str, str, bool]]:
    return [(each.method, each.to, each.update) for each in service.it.outbox.of(event)]


def test_each_guest_is_mailed_once_per_change_and_the_host_never(service: Service) -> None:
    event = service.add(attendees=[Attendee(HOST), Attendee(GUEST)])
    assert told(service, event.id) == [("REQUEST", GUEST, False)]
    moved = service.world.change(event, location="Room 1")
    assert told(service, event.id)[1:] == [("REQUEST", GUEST, True)]
    service.world.remove(moved)
    assert told(service, event.id)[2:] == [("CANCEL", GUEST, True)]


def test_who_is_not_invited_any_more_gets_a_cancellation_and_who_is_new_an_invitation(service: Service) -> None:
    event = service.add(attendees=[Attendee(GUEST)])
    service.world.change(event, attendees=[Attendee(OTHER)])
    assert told(service, event.id)[1:] == [("REQUEST", OTHER, False), ("CANCEL", GUEST, True)]


def test_nobody_is_mailed_where_nobody_is_to_be_told_or_somebody_else_organizes(service: Service) -> None:
    quiet = service.add(attendees=[Attendee(GUEST)], organizer=OTHER)
    service.world.remove(quiet)
    loud = service.add(attendees=[Attendee(GUEST)])
    service.world.change(loud, notify=False, location="Room 1")
    assert told(service, quiet.id) == []
    assert len(told(service, loud.id)) == 1


def test_the_mail_holds_the_invitation_with_the_uid_of_the_event(service: Service) -> None:
    event = service.add("Réunion, 1", attendees=[Attendee(GUEST, "G")], location="https://x.example/j/1")
    raw, sender, recipients = service.mails[0]
    mail = message_from_bytes(raw, policy=policy.default)
    assert (sender, recipients) == (HOST, [GUEST])
    assert str(mail["Subject"]) == "Invitation: Réunion, 1"
    part = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    assert part["Content-Type"].params["method"] == "REQUEST"
    entry = icalendar.Calendar.from_ical(part.get_content()).walk("VEVENT")[0]
    assert (entry["UID"], entry["LOCATION"]) == (event.uid, "https://x.example/j/1")
