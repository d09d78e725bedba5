"""The races: each lets a whole field want what only one may have, round after round."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

from tests.booking.racing import Act, Field, Tally, quarter

_keys = count(1)


def one_time(field: Field, rounds: int) -> Tally:
    """Everybody wants the same time: one is booked, all others are told that it is taken."""
    tally, staged = Tally("one time for all"), field.stage({})
    for n in range(rounds):
        act = _book(staged["event_types"][0], quarter(field, n))
        tally.count(field.run([act | _key() for _ in range(field.size)]), winners=1)
    return tally.finish(field, staged["host"])


def overlapping_event_types(field: Field, rounds: int) -> Tally:
    """Meetings of several lengths and buffers that all contain one instant: one is booked."""
    tally = Tally("overlapping event types")
    lengths = (15, 30, 60, 90)
    wanted = [{"minutes": minutes, "step_minutes": 15} for minutes in lengths]
    wanted += [{"minutes": 30, "step_minutes": 15, "buffer_before": 15, "buffer_after": 30}]
    staged = field.stage(*wanted)
    event_types = list(zip(staged["event_types"], (*lengths, 30), strict=True))
    for n in range(rounds):
        middle = quarter(field, 12 * n + 12)
        acts = []
        for _ in range(field.size):
            event_type, minutes = field.draw.choice(event_types)
            start = middle - timedelta(minutes=15 * field.draw.randrange(minutes // 15))
            acts.append(_book(event_type, start) | _key())
        tally.count(field.run(acts), winners=1)
    return tally.finish(field, staged["host"])


def requests_and_bookings(field: Field, rounds: int) -> Tally:
    """Half of the guests ask, half book: one of them has the time, asked for or booked."""
    tally = Tally("requests against bookings")
    staged = field.stage({}, {"requires_approval": True})
    for n in range(rounds):
        acts = [_book(staged["event_types"][each % 2], quarter(field, n)) | _key() for each in range(field.size)]
        tally.count(field.run(acts), winners=1)
    return tally.finish(field, staged["host"])


def reschedules_and_bookings(field: Field, rounds: int) -> Tally:
    """A third moves to a time as guests, a third as the host, a third books it: one has it."""
    tally = Tally("reschedule against book")
    staged = field.stage({})
    event_type, third = staged["event_types"][0], max(1, field.size // 3)
    own = [_book(event_type, quarter(field, rounds + n)) | _key() for n in range(2 * third)]
    movers = [field.ask(**act)["booking"] for act in own]
    for n in range(rounds):
        acts = [_book(event_type, quarter(field, n)) | _key() for _ in range(third)]
        for place, booking in enumerate(movers):
            by = "guest" if place % 2 else "host"
            acts.append({"do": "reschedule", "booking": booking, "by": by, "start": quarter(field, n).isoformat()})
        tally.count(field.run(acts), winners=1)
    return tally.finish(field, staged["host"])


def dragged_events_and_bookings(field: Field, rounds: int) -> Tally:
    """Half of the field books a time, whose host drags as many events there in the calendar: one has it."""
    tally = Tally("events dragged in the calendar against book")
    staged = field.stage({}, calendar=True)
    event_type, half = staged["event_types"][0], field.size // 2
    movers = [field.ask(**_book(event_type, quarter(field, rounds + n)), **_key())["booking"] for n in range(half)]
    for booking in movers:
        field.ask(do="write", booking=booking)
    for n in range(rounds):
        start = quarter(field, n)
        acts = [_book(event_type, start) | _key() for _ in range(half)]
        acts += [{"do": "drag", "booking": booking, "start": start.isoformat()} for booking in movers]
        tally.count(field.run(acts), winners=1)
    return tally.finish(field, staged["host"])


def answers_to_one_request(field: Field, rounds: int) -> Tally:
    """Approved, declined, expired and cancelled at once: the request comes to one end."""
    tally = Tally("approve, decline, expire, cancel")
    patience = timedelta(days=1)
    staged = field.stage({"requires_approval": True})
    for n in range(rounds):
        booking = field.ask(**_book(staged["event_types"][0], quarter(field, n)), **_key())["booking"]
        later = (field.now + 3 * patience).isoformat()
        three: list[Act] = [
            {"do": "answer", "verb": "approve", "booking": booking},
            {"do": "answer", "verb": "decline", "booking": booking},
            {"do": "answer", "verb": "expire", "booking": booking, "now": later},
        ]
        cancels = n % 2 == 1
        acts = [three[each % 3] for each in range(field.size - cancels)]
        answers = field.run([*acts, {"do": "cancel", "booking": booking}] if cancels else acts)
        _count_answer(tally, answers, cancels=cancels)
    return tally.finish(field, staged["host"])


def _count_answer(tally: Tally, answers: Any, *, cancels: bool) -> None:
    """Everybody whose act did not fail saw the same end. Only a cancellation may follow an approval."""
    seen = {(answer["version"], answer["status"]) for answer in answers if "booking" in answer}
    chain = [status for _, status in sorted(seen)]
    allowed = [["confirmed"], ["declined"], ["expired"]]
    if cancels:
        allowed = [["confirmed", "cancelled"], ["cancelled"], ["declined"], ["expired"]]
    won = [{"booking": 0}] if chain in allowed else [{"booking": 0}] * 2
    tally.count(won, winners=1)
    tally.attempts += len(answers) - len(won)
    tally.refused.update(answer["refused"] for answer in answers if "refused" in answer)
    tally.errors.update(answer["error"] for answer in answers if "error" in answer)


def one_use(field: Field, rounds: int) -> Tally:
    """A link that serves once, and as many different times as guests: one is booked."""
    tally = Tally("a single-use link for all")
    staged = field.stage({"hidden": True})
    event_type = staged["event_types"][0]
    for n in range(rounds):
        token = field.ask(do="link", event_type=event_type)["token"]
        starts = [quarter(field, n * field.size + place) for place in range(field.size)]
        tally.count(field.run([_book(event_type, start) | _key() | {"link": token} for start in starts]), winners=1)
    return tally.finish(field, staged["host"])


def one_a_day(field: Field, rounds: int) -> Tally:
    """One booking a day, and as many different times of the day as guests: one is booked."""
    tally = Tally("one booking a day")
    staged = field.stage({"limits": [{"per": "day", "count": 1, "minutes": None}]})
    for n in range(rounds):
        starts = [quarter(field, 96 * n + place) for place in range(field.size)]
        acts = [_book(staged["event_types"][0], start) | _key() for start in starts]
        tally.count(field.run(acts), winners=1)
    return tally.finish(field, staged["host"])


def one_form(field: Field, rounds: int) -> Tally:
    """One form sent many times: everybody gets the booking, and it is one."""
    tally, staged = Tally("one form many times"), field.stage({})
    for n in range(rounds):
        act = _book(staged["event_types"][0], quarter(field, n)) | _key()
        answers = field.run([act] * field.size)
        if len({answer.get("booking") for answer in answers}) != 1:
            tally.wrong.append(f"round {n + 1}: more than one booking of a form")
        tally.count(answers, winners=field.size)
    return tally.finish(field, staged["host"])


RACES: tuple[Callable[[Field, int], Tally], ...] = (
    one_time,
    overlapping_event_types,
    requests_and_bookings,
    reschedules_and_bookings,
    dragged_events_and_bookings,
    answers_to_one_request,
    one_use,
    one_a_day,
    one_form,
)


def _book(event_type: int, start: Any) -> dict[str, Any]:
    return {"do": "book", "event_type": event_type, "start": start.isoformat()}


def _key() -> dict[str, str]:
    return {"key": f"form-{next(_keys)}"}
