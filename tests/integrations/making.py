"""What tests of tokens do again and again: let them age, make a meeting, count the refreshes."""

import dataclasses
from datetime import timedelta

from django.utils import timezone

from sivient.accounts.models import User
from sivient.integrations import services
from sivient.integrations.models import Grant
from sivient.ports.conferencing import MadeMeeting, MeetingRequest
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.integrations.zoom import calls
from tests.vendors.zoom.adapted import MEETING


def ages(**left: float) -> None:
    """Let the access token have this much left by our reckoning."""
    Grant.objects.update(expires_at=timezone.now() + timedelta(**left))


def waits(length: timedelta) -> None:
    """Let that much time pass for the rule when to ask again."""
    grant = Grant.objects.get()
    if grant.refresh_after is not None:
        Grant.objects.update(refresh_after=grant.refresh_after - length)


def a_meeting(*, days: int = 7) -> MeetingRequest:
    """A meeting that lies ahead."""
    start = timezone.now() + timedelta(days=days)
    return dataclasses.replace(MEETING, start=start, end=start + timedelta(minutes=30))


def make(host: User) -> MadeMeeting:
    """Make a meeting for a host."""
    return services.conferencing_for(host, "zoom").create(a_meeting())


def refreshes(zoom: ZoomEmulator) -> int:
    """How often tokens were renewed, if they were exchanged once."""
    return calls(zoom, "POST", "/oauth/token") - 1
