"""The verbs of booking. Each owns its transaction, which begins by taking the host's times; none calls outside but a
guest's `book` and `reschedule`, which ask the host's calendars before that.
"""

from sivient.booking.changes import cancel, host_wants, may_cancel, may_reschedule, reschedule
from sivient.booking.promise import Guest, book, booked_before
from sivient.booking.refusals import (
    AlreadyMoved,
    CalendarUnread,
    KeyReused,
    NotBooked,
    NotCancellable,
    NotOffered,
    NotOpen,
    NotPending,
    NotReschedulable,
    NotStanding,
    OverLimit,
    PageClosed,
    SlotTaken,
    TooLate,
    TooManyOthers,
    TooOften,
    nearest_free,
)
from sivient.booking.requests import approve, decline, expire
from sivient.booking.steps import step_key

__all__ = [
    "AlreadyMoved",
    "CalendarUnread",
    "Guest",
    "KeyReused",
    "NotBooked",
    "NotCancellable",
    "NotOffered",
    "NotOpen",
    "NotPending",
    "NotReschedulable",
    "NotStanding",
    "OverLimit",
    "PageClosed",
    "SlotTaken",
    "TooLate",
    "TooManyOthers",
    "TooOften",
    "approve",
    "book",
    "booked_before",
    "cancel",
    "decline",
    "expire",
    "host_wants",
    "may_cancel",
    "may_reschedule",
    "nearest_free",
    "reschedule",
    "step_key",
]
