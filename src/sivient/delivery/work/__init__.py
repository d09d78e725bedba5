"""The steps of a delivery, registered with the worker. Each is safe to run again."""

from sivient.delivery.work import (
    cancellations,
    connections,
    deadlines,
    event_mails,
    event_removals,
    events,
    existing,
    fallbacks,
    invites,
    meetings,
    pauses,
    requests,
)

__all__ = [
    "cancellations",
    "connections",
    "deadlines",
    "event_mails",
    "event_removals",
    "events",
    "existing",
    "fallbacks",
    "invites",
    "meetings",
    "pauses",
    "requests",
]
