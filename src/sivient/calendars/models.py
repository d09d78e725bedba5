"""Calendars of hosts, what is busy in them, and the events that are ours."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from sivient.integrations.models import Connection


class BusyStore(models.Model):
    """One row per host: the version of all that is known of their calendars' busy times.

    It grows in the transaction that changes them, or which calendars block, and turns caches over.
    """

    host = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="busy_store")
    version = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"busy store of account {self.host_id}"

    @classmethod
    def grow(cls, host_id: int) -> None:
        """Let whatever was computed from the host's calendars count no more, as the caller commits."""
        if not cls.objects.filter(pk=host_id).update(version=F("version") + 1):
            cls.objects.create(pk=host_id, version=1)


class Calendar(models.Model):
    """One calendar of a connected account.

    What is kept of its busy times is true as of `synced_at`, for what lies before `known_until`. None: it has not been
    read, or cannot be any more, and so no time is known to be free.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="calendars")
    host = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendars")
    external_id = models.TextField()
    name = models.CharField(max_length=200)
    timezone = models.CharField(max_length=64, blank=True)  # IANA; "" for none of its own
    primary = models.BooleanField(default=False)
    writable = models.BooleanField(default=False)
    blocks = models.BooleanField(default=False)  # its busy times are not offered
    gone_at = models.DateTimeField(null=True)  # deleted there, or not shared with the account any more
    cursor = models.TextField(blank=True)  # "": the next sync reads everything
    round = models.PositiveIntegerField(default=0)  # grows with each sync: the fence, and what marks older rows
    known_until = models.DateTimeField(null=True)
    synced_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True)  # why the last sync failed, a sentence for the host
    skipped = models.JSONField(default=dict)  # what could not be read: see `unread`
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-primary", "name", "pk"]
        constraints = [models.UniqueConstraint(fields=["connection", "external_id"], name="calendar_once")]
        indexes = [models.Index(fields=["host"], condition=Q(blocks=True), name="calendar_that_blocks")]

    def __str__(self) -> str:
        return f"calendar {self.pk}"


class BusyTime(models.Model):
    """One time that is taken in a calendar. Not among them: events of ours where we wrote them, for holds take that."""

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="busy_times")
    host = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(max_length=1024)  # what the calendar calls it, see ports.calendars.Change
    start = models.DateTimeField()
    end = models.DateTimeField()
    round = models.PositiveIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(end__gt=F("start")), name="busy_time_ends_after_start")]
        indexes = [
            models.Index(fields=["host", "end"], name="busy_time_by_host_and_end"),
            models.Index(fields=["calendar", "name"], name="busy_time_by_name"),
        ]

    def __str__(self) -> str:
        return f"busy time {self.pk}"


class WrittenEvent(models.Model):
    """The event of one booking in a calendar. Its key is chosen in the transaction that promises the booking.

    `name` is what the calendar calls it, "" until it said so. `start` and `end` are what was last written; None before
    the first write. `seen_*` is what a sync last saw: where it differs, somebody has changed the event there.
    """

    host = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    calendar = models.ForeignKey(Calendar, models.SET_NULL, null=True, related_name="events")
    # Where it stood when the host disconnected: connected again, it stands there still.
    former_connection = models.ForeignKey(Connection, models.SET_NULL, null=True, related_name="+")
    former_calendar = models.TextField(blank=True)  # `Calendar.external_id`
    key = models.CharField(max_length=64)
    generation = models.PositiveIntegerField(default=1)  # of the key: a deleted event keeps its own for ever
    name = models.CharField(max_length=1024, blank=True)
    uid = models.CharField(max_length=300, blank=True)  # the event's RFC 5545 UID
    etag = models.CharField(max_length=300, blank=True)
    start = models.DateTimeField(null=True)
    end = models.DateTimeField(null=True)
    written = models.JSONField(default=dict)  # what was last written, as far as guests must hear of changes
    written_at = models.DateTimeField(null=True)
    writes = models.PositiveIntegerField(default=0)  # grows with each attempt to write: the fence
    tried = models.JSONField(default=dict)  # what the attempt says whose outcome is not known, see calendars.writing
    tried_at = models.DateTimeField(null=True)  # when it began; None: there is none
    removed_at = models.DateTimeField(null=True)  # by us
    seen_start = models.DateTimeField(null=True)
    seen_end = models.DateTimeField(null=True)
    seen_gone_at = models.DateTimeField(null=True)
    answers = models.JSONField(default=dict)  # {address in small letters: ports.calendars.Answer}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key"], name="written_event_key_once")]
        indexes = [models.Index(fields=["calendar", "name"], name="written_event_by_name")]

    def __str__(self) -> str:
        return f"event {self.pk}"


class Channel(models.Model):
    """A push channel of a calendar. Two may live side by side for a while: a notice too many does no harm."""

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="channels")
    name = models.CharField(max_length=64, unique=True)
    resource = models.CharField(max_length=300, blank=True)
    secret = models.CharField(max_length=64)  # SHA-256
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"channel {self.pk}"
