"""A fortnight as a person might have it, for the demo: meetings, a series, a doubt, and what takes no time."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sivient.vendors.calendar_emulator.emulator import CalendarEmulator
from sivient.vendors.calendar_emulator.free import next_free
from sivient.vendors.calendar_emulator.records import Answer, Attendee, Calendar, Event, Moment, Show

MEETINGS = (  # days after this Monday, hours from and to, title
    (1, 13, 14, "Workshop with Nordlicht"),
    (3, 15, 16, "Dentist"),
    (4, 10, 11, "Proposal"),
    (8, 14, 16, "Workshop with Nordlicht"),
    (11, 10, 12, "Review of the quarter"),
)
FRIEND = "iris@hallmann.example"


def fill(emulator: CalendarEmulator, account: str) -> None:
    """Put events into an account's calendar, from the week that its page opens on; one with any is left alone."""
    with emulator.lock:
        calendar = emulator.world.primary(account)
        if emulator.world.events(calendar.id):
            return
        opens = next_free(emulator, emulator.world.accounts[account]).date()
        for event in _fortnight(calendar, emulator.world.host(calendar.id).address, opens - timedelta(opens.weekday())):
            emulator.world.add(event, notify=False)
        emulator.flush()


def _fortnight(calendar: Calendar, address: str, monday: date) -> list[Event]:
    def event(title: str, start: Moment, end: Moment) -> Event:
        return Event("", calendar.id, "", title, start, end, calendar.zone)

    def timed(title: str, day: int, begin: int, end: int) -> Event:
        start, stop = (
            datetime.combine(monday + timedelta(day), time(hour), ZoneInfo(calendar.zone)).astimezone(UTC)
            for hour in (begin, end)
        )
        return event(title, start, stop)

    events = [timed(title, day, begin, end) for day, begin, end, title in MEETINGS]
    team = timed("Team meeting", 0, 9, 10)
    team.rule = "FREQ=WEEKLY"
    lunch = timed("Lunch with Iris?", 9, 12, 13)
    lunch.show = Show.TENTATIVE
    secret = timed("Private", 7, 16, 17)
    secret.private = True
    talk = timed("Breakfast talk", 10, 9, 10)
    talk.organizer = FRIEND
    talk.attendees = [Attendee(FRIEND, "Iris", Answer.ACCEPTED), Attendee(address, "", Answer.DECLINED)]
    birthday = event("Iris' birthday", monday + timedelta(9), monday + timedelta(10))
    birthday.show = Show.FREE
    return [*events, team, lunch, secret, talk, birthday]
