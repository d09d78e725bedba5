"""What can be booked and when, and the times that are taken."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from sivient.calendars.models import Calendar


class Platform(models.TextChoices):
    """Where a meeting happens; `""` is 'not chosen', for an event type 'as in the settings'."""

    ZOOM = "zoom", "Zoom"
    PHONE = "phone", "Phone"
    IN_PERSON = "in_person", "In person"
    OWN_LINK = "own_link", "Own link"


class Window(models.TextChoices):
    """How far ahead guests may book."""

    DAYS = "days", "Days from today"
    BUSINESS_DAYS = "business_days", "Business days from today"  # Monday to Friday
    DATES = "dates", "Between two dates"


class Color(models.TextChoices):
    """What an event type is told apart by in the host's lists; each is a class of the style sheet."""

    PETROL = "petrol", "Petrol"
    BLUE = "blue", "Blue"
    VIOLET = "violet", "Violet"
    ROSE = "rose", "Rose"
    AMBER = "amber", "Amber"
    GREEN = "green", "Green"
    GREY = "grey", "Grey"


def _secret_token() -> str:
    return secrets.token_urlsafe(18)  # 144 bits


class Timetable(models.Model):
    """One row per host: the lock that every verb takes first, and the versions that turn caches over.

    `hours_version` grows when the host changes when they work; bookings, which come far more often, leave it.
    """

    host = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True)
    version = models.PositiveBigIntegerField(default=0)
    hours_version = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"timetable of account {self.host_id}"

    @classmethod
    def take(cls, *host_ids: int, hours: bool = False) -> None:
        """Lock the hosts' times until the transaction ends, in the order of their ids so that nobody deadlocks.

        `hours`: the transaction changes schedules, dates, time off, travel or holidays.
        """
        grown = {"version": F("version") + 1, "hours_version": F("hours_version") + int(hours)}
        for host_id in sorted(set(host_ids)):
            if not cls.objects.filter(pk=host_id).update(**grown):
                cls.objects.create(pk=host_id, version=1, hours_version=int(hours))


class SchedulingPage(models.Model):
    """A host's scheduling settings: the Meeting Platform and what it needs to be reached, holidays, and a pause.

    `holidays_worked` are names of public holidays on which the host works all the same.
    """

    host = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="page")
    platform = models.CharField(max_length=20, choices=Platform.choices, blank=True)
    platform_details = models.CharField(max_length=500, blank=True)  # phone number, address or link
    fallback_link = models.CharField(max_length=500, blank=True)  # for a booking whose meeting cannot be made in time
    calendar = models.ForeignKey(Calendar, models.SET_NULL, null=True, related_name="+")  # receives bookings
    paused = models.BooleanField(default=False)
    pause_note = models.CharField(max_length=300, blank=True)  # what guests read instead of times
    holiday_country = models.CharField(max_length=2, blank=True)  # ISO 3166-1, "" for none
    holiday_region = models.CharField(max_length=10, blank=True)  # as the `holidays` library names it
    holidays_worked = models.JSONField(default=list, blank=True)

    def __str__(self) -> str:
        return f"page of account {self.host_id}"


class Schedule(models.Model):
    """Weekly hours in one time zone, and dates that have others. New event types get the host's first schedule."""

    host = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="schedules")
    name = models.CharField(max_length=60, default="Working hours")
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


class DateHours(models.Model):
    """The hours of one local date instead of its weekday's: [start, end] minutes as in Hours; none: closed."""

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="date_hours")
    date = models.DateField()
    hours = models.JSONField(default=list)

    class Meta:
        ordering = ["date"]
        constraints = [models.UniqueConstraint(fields=["schedule", "date"], name="date_hours_once")]

    def __str__(self) -> str:
        return f"{self.date} of schedule {self.schedule_id}"


class TimeOff(models.Model):
    """Dates, both inclusive, on which the host cannot be booked at all, read in each schedule's zone."""

    host = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="time_off")
    first = models.DateField()
    last = models.DateField()
    note = models.CharField(max_length=100, blank=True)  # for the host alone

    class Meta:
        ordering = ["first", "pk"]
        constraints = [models.CheckConstraint(condition=Q(last__gte=F("first")), name="time_off_in_order")]

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"


class Travel(models.Model):
    """Dates, both inclusive, on which the host's hours are wall time of another zone (IANA)."""

    host = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="travels")
    first = models.DateField()
    last = models.DateField()
    timezone = models.CharField(max_length=64)

    class Meta:
        ordering = ["first", "pk"]
        constraints = [models.CheckConstraint(condition=Q(last__gte=F("first")), name="travel_in_order")]

    def __str__(self) -> str:
        return f"{self.first} to {self.last}: {self.timezone}"


class EventType(models.Model):
    """What can be booked.

    `questions` holds what `scheduling.questions` reads, `limits` objects like core.limits.Limit; both are only written
    by the verb that checks them.
    """

    host = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="event_types")
    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="event_types")
    slug = models.SlugField(max_length=60)
    title = models.CharField(max_length=120)
    description = models.CharField(max_length=1000, blank=True)
    minutes = models.PositiveSmallIntegerField(default=30)  # the duration that is chosen at first
    more_minutes = models.JSONField(default=list, blank=True)  # further durations that the guest may choose
    color = models.CharField(max_length=10, choices=Color.choices, default=Color.PETROL)
    hidden = models.BooleanField(default=False)  # reached by its private links alone
    paused = models.BooleanField(default=False)
    pause_note = models.CharField(max_length=300, blank=True)  # what guests read instead of times
    calendar = models.ForeignKey(Calendar, models.SET_NULL, null=True, related_name="+")  # None: as in the settings
    platform = models.CharField(max_length=20, choices=Platform.choices, blank=True)  # "": as in the settings
    platform_details = models.CharField(max_length=500, blank=True)
    buffer_before = models.DurationField(default=timedelta)
    buffer_after = models.DurationField(default=timedelta)
    minimum_notice = models.DurationField(default=timedelta(hours=4))
    step_minutes = models.PositiveSmallIntegerField(null=True, blank=True)  # None: the duration
    window_kind = models.CharField(max_length=15, choices=Window.choices, default=Window.DAYS)
    window_days = models.PositiveSmallIntegerField(default=56)
    first_date = models.DateField(null=True, blank=True)
    last_date = models.DateField(null=True, blank=True)
    limits = models.JSONField(default=list, blank=True)
    most_per_day = models.PositiveSmallIntegerField(null=True, blank=True)  # starts offered of one date
    questions = models.JSONField(default=list, blank=True)
    most_others = models.PositiveSmallIntegerField(default=0)  # addresses that a guest may bring
    requires_approval = models.BooleanField(default=False)
    approval_patience = models.DurationField(default=timedelta(days=2))  # so long a request waits for the host
    reschedule_notice = models.DurationField(default=timedelta)  # guests may no longer, so shortly before the start
    cancel_notice = models.DurationField(default=timedelta)
    redirect_url = models.CharField(max_length=500, blank=True)  # where a guest who has booked is sent on
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
        """How long a booking takes unless the guest chooses another duration."""
        return timedelta(minutes=self.minutes)

    @property
    def durations(self) -> list[int]:
        """The minutes that a guest may choose from, in order."""
        return sorted({self.minutes, *self.more_minutes})


class FormerSlug(models.Model):
    """An address that an event type once had. It keeps leading there, so no other one of the host may take it."""

    host = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="former_slugs")
    slug = models.SlugField(max_length=60)
    event_type = models.ForeignKey(EventType, models.CASCADE, related_name="former_slugs")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["host", "slug"], name="former_slug_once")]

    def __str__(self) -> str:
        return self.slug


class PrivateLink(models.Model):
    """A secret address of an event type, the only way to a hidden one. It ends when used (`single_use`) or expired."""

    event_type = models.ForeignKey(EventType, models.CASCADE, related_name="private_links")
    token = models.CharField(max_length=40, default=_secret_token, unique=True, editable=False)
    label = models.CharField(max_length=60, blank=True)  # for the host alone
    single_use = models.BooleanField(default=False)
    expires_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return f"private link {self.pk}"

    def is_open(self, now: datetime) -> bool:
        """Say whether somebody may still book through it."""
        return not (self.single_use and self.used_at) and (self.expires_at is None or self.expires_at > now)


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
