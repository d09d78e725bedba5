"""Tell hosts of the bookings at whose start the clocks now show another time than was agreed."""

from datetime import datetime

from django.utils import timezone

from sivient.accounts.models import User
from sivient.booking.clocks import TELL, ahead
from sivient.delivery import clock_mails
from sivient.delivery.clock_words import clock_asks, clock_line
from sivient.delivery.work.standing import first_said, sends_mail
from sivient.jobs.completion import work_completion
from sivient.jobs.models import Work
from sivient.site import mailer

MOST_LINES = 20
NEVER = "1970-01-01T00:00:00+00:00"


@sends_mail(TELL)
def tell_clocks(work: Work) -> None:
    """Mail a host, once for all that were found until then; what was told of before is not told again."""
    user, latest = User.objects.filter(pk=work.payload["user"]).first(), datetime.fromisoformat(work.payload["at"])
    told, now = datetime.fromisoformat(work.result.get("told", NEVER)), timezone.now()
    if user is None or not user.email:
        return
    found = ahead(now).filter(host=user, wall_asked_at__gt=told, wall_asked_at__lte=latest).order_by("start", "pk")
    lines = [clock_line(booking) for booking in found if clock_asks(booking, now)]
    if not lines:
        return
    said = first_said(work, mail=latest.isoformat(), lines=lines[:MOST_LINES], more=len(lines[MOST_LINES:]))
    mailer.send(clock_mails.clocks_changed(user, at=latest, **said), to=user.email)
    with work_completion(work, result={"told": latest.isoformat()}):
        pass
