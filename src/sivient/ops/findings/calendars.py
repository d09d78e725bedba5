"""Are the calendars that block hosts' times read in time? One that is not closes its host's page."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count

from sivient.calendars import plans
from sivient.calendars.models import Calendar
from sivient.calendars.queries import SHOWN_FOR, untrusted
from sivient.integrations.models import Connection, Grant
from sivient.ops import figures
from sivient.ops.findings.finding import Finding, Severity, number


def look(now: datetime) -> Iterator[Finding]:
    """Find calendars that block, could be asked, and have not been read for an hour."""
    working = Calendar.objects.filter(
        blocks=True,
        gone_at=None,
        connection__state=Connection.State.CONNECTED,
        connection__grant__state=Grant.State.CONNECTED,
    )
    begun = working.exclude(synced_at=None, round=0)  # one that was chosen a moment ago is about to be read
    unread = untrusted(begun, SHOWN_FOR).order_by("pk")
    found = unread.aggregate(calendars=Count("pk"), hosts=Count("host", distinct=True))
    if found["calendars"]:
        yield Finding(
            "calendars-unread",
            Severity.OPERATOR,
            f"{number(found['calendars'], 'calendar')} of {number(found['hosts'], 'host')} not read for an hour.",
            "No time is offered that is not known to be free, so these hosts' pages show none.",
            "A running worker reads each every five minutes. If one runs, the provider does not answer: "
            "`sivient doctor --fix` asks again now.",
            found["calendars"],
            figures.some((f"calendar {pk}" for pk in unread.values_list("pk", flat=True)[:5]), found["calendars"]),
            lambda: _read_again(list(unread.select_related("connection"))),
        )


def _read_again(calendars: list[Calendar]) -> str:
    for calendar in calendars:
        plans.plan_sync(calendar)
    return f"Asked for the reading of {number(len(calendars), 'calendar')}; a worker does it."
