"""The steps of a delivery, registered with the worker. Each is safe to run again."""

from sivient.delivery.work import (
    cancellations,
    clocks,
    connections,
    deadlines,
    event_mails,
    event_removals,
    events,
    existing,
    fallbacks,
    invites,
    meetings,
    outdated,
    pauses,
    requests,
)

__all__ = [
    "cancellations",
    "clocks",
    "connections",
    "deadlines",
    "event_mails",
    "event_removals",
    "events",
    "existing",
    "fallbacks",
    "invites",
    "meetings",
    "outdated",
    "pauses",
    "requests",
]
