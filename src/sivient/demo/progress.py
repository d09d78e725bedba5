"""How far the tour has come, read from what really happened: rows, the emulated Zoom, the mailbox."""

from typing import Any

from sivient.accounts.models import User
from sivient.booking.models import Booking, Conference
from sivient.calendars.models import BusyTime, Calendar, WrittenEvent
from sivient.demo import controls
from sivient.demo.people import HANDLE
from sivient.demo.stage import Stage
from sivient.integrations.models import Connection
from sivient.jobs.models import Work

GUEST_ZONE = "Asia/Tokyo"
CROWD = "demo.crowd"


def progress(stage: Stage) -> dict[str, Any]:
    """Return which steps are done, by name, and the states of the tour's switches."""
    zoom = controls.zoom_state(stage.zoom)
    crowd = Work.objects.filter(kind=CROWD).order_by("-pk").first()
    connection = Connection.objects.filter(user__handle=HANDLE, vendor="zoom").first()
    state = connection.state if connection else ""
    done = {
        "signed-in": User.objects.filter(last_login__isnull=False).exists(),
        "connected": connection is not None,
        "booked": Booking.objects.filter(guest_timezone=GUEST_ZONE).exists(),
        "invite": any(mail.get("opened_invite") for mail in controls.mails(stage.mailbox)),
        "joined": any(meeting.get("joins") for meeting in zoom.get("meetings", [])),
        "late": _late_link(),
        "calendar": Calendar.objects.filter(host__handle=HANDLE).exists(),
        "busy": BusyTime.objects.filter(host__handle=HANDLE, calendar__blocks=True).exists(),
        "written": WrittenEvent.objects.filter(host__handle=HANDLE).exclude(name="").exists(),
        "crowd": bool(crowd and crowd.result.get("booked") == 1),
        "removed": state == Connection.State.DEAUTHORIZED,
    }
    return {
        "done": done,
        "zoom_answers_503": bool(zoom.get("switches", {}).get("answers_503")),
        "crowd": crowd.result if crowd else {},
        "crowd_running": bool(crowd and crowd.state == Work.State.WAITING),
    }


def _late_link() -> bool:
    """Say whether a booking got its link although the first try failed."""
    keys = Work.objects.filter(kind="delivery.conference", attempt__gt=1, state=Work.State.DONE).values_list("key")
    bookings = {int(key.split(":")[1]) for (key,) in keys}
    return Conference.objects.filter(booking__in=bookings, unused=False).exists()
