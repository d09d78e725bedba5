"""The person whom the demo has prepared. Everybody else who signs in is new."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from sivient.accounts.models import Identity, Plan, User
from sivient.scheduling.models import EventType, Hours, Schedule, SchedulingPage, Timetable
from sivient.vendors.google.emulator.people import PEOPLE

HANDLE = "mara"
WORKDAY = (9 * 60, 17 * 60)
EVENT_TYPES = (
    ("intro", "Intro call", "Get to know each other and your project. No preparation needed.", 30),
    ("review", "Design review", "Bring a prototype. We go through it together.", 60),
)


def prepare() -> None:
    """Make the prepared person once: signed up with Google, onboarded, on Pro, Zoom not connected yet."""
    if User.objects.filter(handle=HANDLE).exists():
        return
    person = PEOPLE[HANDLE]
    with transaction.atomic():
        mara = User.objects.create(
            handle=HANDLE,
            name=person.name,
            email=person.email,
            timezone="Europe/Berlin",
            plan=Plan.PRO,
            onboarded_at=timezone.now(),
        )
        Identity.objects.create(
            user=mara,
            provider="google",
            issuer=settings.GOOGLE_ISSUER,
            subject=person.sub,
            email=person.email,
        )
        _page(mara)


def _page(host: User) -> None:
    schedule = Schedule.objects.create(host=host, timezone=host.timezone)
    Hours.objects.bulk_create(
        Hours(schedule=schedule, weekday=day, start=WORKDAY[0], end=WORKDAY[1]) for day in range(5)
    )
    for position, (slug, title, description, minutes) in enumerate(EVENT_TYPES):
        EventType.objects.create(
            host=host,
            schedule=schedule,
            slug=slug,
            title=title,
            description=description,
            minutes=minutes,
            minimum_notice=timedelta(hours=1),
            position=position,
        )
    SchedulingPage.objects.create(host=host)
    Timetable.objects.create(host=host)
