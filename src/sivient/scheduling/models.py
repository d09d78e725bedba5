"""What can be booked and when, and the times that are taken."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Platform(models.TextChoices):
    """Where a meeting happens; `""` is 'not chosen', for an event type 'as in the settings'."""

    ZOOM = "zoom", "Zoom"
    PHONE = "phone", "Phone"
    IN_PERSON = "in_person", "In person"
    OWN_LINK = "own_link", "Own link"


class Timetable(models.Model):
    """One row per host: the lock that every verb takes first, and the version that turns caches over."""

    host = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True)
    version = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"timetable of account {self.host_id}"

    @classmethod
    def take(cls, *host_ids: int) -> None:
        """Lock the hosts' times until the transaction ends, in the order of their ids so that nobody deadlocks."""
        for host_id in sorted(set(host_ids)):
            if not cls.objects.filter(pk=host_id).update(version=F("version") + 1):
                cls.objects.create(pk=host_id, version=1)


class SchedulingPage(models.Model):
    """A host's scheduling settings: the Meeting Platform and what it needs to be reached."""

    host = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="page")
    platform = models.CharField(max_length=20, choices=Platform.choices, blank=True)
    platform_details = models.CharField(max_length=500, blank=True)  # phone number, address or link

    def __str__(self) -> str:
        return f"page of account {self.host_id}"


class Schedule(models.Model):
    """Weekly hours in one time zone."""

    host = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="schedules")
    timezone = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"schedule {self.pk}"


class Hours(models.Model):
    """Open hours on one weekday, minutes since local midnight; an end at or before the start is on the next day."""

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField()  # 0 is Monday
    start = models.PositiveSmallIntegerField()
    end = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["weekday", "start"]
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lt=7, start__lt=1440, end__lte=1440), name="hours_in_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.start}-{self.end}"


class EventType(models.Model):
    """What can be booked."""

    host = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="event_types")
    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="event_types")
    slug = models.SlugField(max_length=60)
    title = models.CharField(max_length=120)
    description = models.CharField(max_length=1000, blank=True)
    minutes = models.PositiveSmallIntegerField(default=30)
    platform = models.CharField(max_length=20, choices=Platform.choices, blank=True)  # "": as in the settings
    platform_details = models.CharField(max_length=500, blank=True)
    buffer_before = models.DurationField(default=timedelta)
    buffer_after = models.DurationField(default=timedelta)
    minimum_notice = models.DurationField(default=timedelta(hours=4))
    window_days = models.PositiveSmallIntegerField(default=56)
    active = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["host", "slug"], name="event_type_slug_once"),
            models.CheckConstraint(condition=Q(minutes__gte=1, minutes__lte=1440), name="event_type_up_to_a_day"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def duration(self) -> timedelta:
        """How long a booking takes."""
        return timedelta(minutes=self.minutes)


class Hold(models.Model):
    """A time taken from a host; the only thing that takes one. The database refuses two that overlap."""

    host = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="holds")
    event_type = models.ForeignKey(EventType, models.SET_NULL, null=True, related_name="holds")
    start = models.DateTimeField()
    end = models.DateTimeField()
    buffer_before = models.DurationField(default=timedelta)
    buffer_after = models.DurationField(default=timedelta)
    counts = models.BooleanField(default=True)  # against the limits of its event type

    class Meta:
        indexes = [models.Index(fields=["host", "end"], name="hold_by_host_and_end")]
        constraints = [models.CheckConstraint(condition=Q(end__gt=F("start")), name="hold_ends_after_start")]

    def __str__(self) -> str:
        return f"hold {self.pk}"

    @property
    def seconds(self) -> tuple[int, int]:
        """Start and end as epoch seconds, what the slot engine reads."""
        return _epoch(self.start), _epoch(self.end)


def _epoch(moment: datetime) -> int:
    return int(moment.timestamp())
