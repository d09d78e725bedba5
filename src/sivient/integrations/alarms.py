"""What the operator must know about a vendor. The alarms are kept and mailed by the room `ops`."""

from sivient.integrations import registry
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue

RAISED, OVER = "ops.alarm", "ops.alarm_over"


def app_refused(vendor: str) -> None:
    """The vendor does not accept the operator's app: no host can mend that, and no connection is lost by it."""
    label = registry.provider(vendor).label
    _raise(
        f"{vendor}:client",
        f"{label} does not accept this server's client id and secret, or has disabled its app. "
        "Hosts stay connected, but bookings wait for their links until that is mended.",
    )


def app_accepted(vendor: str) -> None:
    """The vendor accepts the operator's app (again)."""
    _end(f"{vendor}:client")


def webhooks_refused(vendor: str) -> None:
    """Messages come whose signature is wrong, and none that is right (Zoom contract 11, row 37)."""
    label = registry.provider(vendor).label
    _raise(
        f"{vendor}:webhook",
        f"The last messages to the {label} webhook address all had a wrong signature. If {label} sent them, "
        "its secret token differs from the one in this server's settings, and removals in it go unheard.",
    )


def webhooks_accepted(vendor: str) -> None:
    """A message with a right signature has come again, or none with a wrong one for long."""
    _end(f"{vendor}:webhook")


def removal_unheard(vendor: str) -> None:
    """For a day we have not found out whether a removal that the vendor told us of is true."""
    label = registry.provider(vendor).label
    _raise(
        f"{vendor}:removal",
        f"{label} told us that a user removed our app, but for a day it does not let us check that. "
        f"Until it does, this host stays connected here. See whether the app is in order at {label}.",
    )


def removals_heard(vendor: str) -> None:
    """No such removal waits any more."""
    _end(f"{vendor}:removal")


def _raise(key: str, sentence: str) -> None:
    enqueue(RAISED, key=key, payload={"sentence": sentence})


def _end(key: str) -> None:
    """End the alarm if it was raised since it last ended; where all is well, this is asked often."""
    raised = Work.objects.filter(kind=RAISED, key=key).values_list("asked_at", flat=True).first()
    if raised and not Work.objects.filter(kind=OVER, key=key, asked_at__gte=raised).exists():
        enqueue(OVER, key=key)
