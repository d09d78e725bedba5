"""A time promised to a guest, and the online meeting that belongs to it."""

import secrets
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from sivient.calendars.models import WrittenEvent
from sivient.scheduling.models import EventType, Hold, Platform


def _invite_uid() -> str:
    """The domain only makes it unique beyond this server; it is kept with the booking and outlives the setting."""
    return f"{uuid.uuid4()}@{settings.MAIL_FROM.rpartition('@')[2]}"


def _secret_token() -> str:
    return secrets.token_urlsafe(24)  # 192 bits: whoever has the link may see and cancel the booking


class Booking(models.Model):
    """A time promised to a guest. The row is the promise; jobs only deliver it."""

    class Status(models.TextChoices):
        """Whether the promise stands. PENDING and CONFIRMED hold the time, the others are ends."""

        PENDING = "pending"  # a request: the host has to approve
        CONFIRMED = "confirmed"
        CANCELLED = "cancelled"
        DECLINED = "declined"
        EXPIRED = "expired"  # a request that nobody answered

    class Invites(models.TextChoices):
        """Who invites the guest: exactly one system for a booking (architecture section 6)."""

        MAIL = "mail"  # we do, by iTIP mail
        CALENDAR = "calendar"  # the provider of the calendar that `event` stands in

    class CalendarAsks(models.TextChoices):
        """What the host's calendar has made of the booking, and the host has to decide about."""

        NOTHING = ""
        MOVED = "moved"  # the event was moved to where another booking is
        DELETED = "deleted"  # the event was deleted; without an answer the booking is cancelled
        ELSEWHERE = "elsewhere"  # it was, but something stands at its time in another calendar of the host
        CONFLICT = "conflict"  # it was booked while the calendar could not be read, and the time is taken there

    uid = models.CharField(
        max_length=300, default=_invite_uid, unique=True, editable=False
    )  # iCalendar UID, never changes
    token = models.CharField(max_length=40, default=_secret_token, unique=True, editable=False)
    host = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="bookings")
    event_type = models.ForeignKey(EventType, models.SET_NULL, null=True, related_name="bookings")
    hold = models.OneToOneField(Hold, models.SET_NULL, null=True, related_name="booking")
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.CONFIRMED)
    version = models.PositiveIntegerField(default=1)  # grows with each change; older steps give way
    title = models.CharField(max_length=120)  # as it was promised, whatever becomes of the event type
    start = models.DateTimeField()
    end = models.DateTimeField()
    wall_start = models.CharField(max_length=16, blank=True)  # local time of `start` by the law then: 2026-11-24T14:00
    wall_zone = models.CharField(
        max_length=64, blank=True
    )  # (IANA) of the host's hours that it was made or moved under
    wall_asked_at = models.DateTimeField(null=True)  # the law has changed since: the host is asked
    platform = models.CharField(max_length=20, choices=Platform.choices)
    platform_details = models.CharField(max_length=500, blank=True)
    guest_name = models.CharField(max_length=100)
    guest_email = models.EmailField(max_length=254)
    guest_timezone = models.CharField(max_length=64)
    guest_clock = models.PositiveSmallIntegerField(default=24)  # 12 or 24, as the guest chose
    note = models.CharField(max_length=1000, blank=True)
    answers = models.JSONField(default=list, blank=True)  # [{"key", "label", "answer"}], as they were asked
    others = models.JSONField(default=list, blank=True)  # addresses that the guest brings
    reschedule_notice = models.DurationField(default=timedelta)  # as it was promised
    cancel_notice = models.DurationField(default=timedelta)
    idempotency_key = models.CharField(max_length=64, unique=True, editable=False)
    content_digest = models.CharField(max_length=64, editable=False)  # same key, other content: an error
    event = models.OneToOneField(WrittenEvent, models.SET_NULL, null=True, related_name="booking")  # in the calendar
    invites = models.CharField(max_length=10, choices=Invites.choices, default=Invites.MAIL)
    unverified_at = models.DateTimeField(null=True)  # the calendar could not be asked then; it is asked again
    calendar_asks = models.CharField(max_length=10, choices=CalendarAsks.choices, blank=True)
    calendar_asked_at = models.DateTimeField(null=True)
    calendar_start = models.DateTimeField(null=True)  # where the host moved the event
    sequence = models.PositiveIntegerField(null=True)  # the highest SEQUENCE that a mail of ours may have carried
    invited_at = models.DateTimeField(null=True)
    link_invited_at = models.DateTimeField(null=True)  # an invite that carried the join link has left
    created_at = models.DateTimeField()
    answer_by = models.DateTimeField(null=True)  # when a request that waits expires
    approved_at = models.DateTimeField(null=True)
    rescheduled_at = models.DateTimeField(null=True)
    rescheduled_by = models.CharField(max_length=10, blank=True)  # guest, host, or calendar: it followed its event
    previous_start = models.DateTimeField(null=True)  # before the last reschedule
    cancelled_at = models.DateTimeField(null=True)  # also when declined or expired
    cancelled_by = models.CharField(max_length=10, blank=True)  # guest, host, operator or system
    cancel_reason = models.CharField(max_length=1000, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["host", "start"], name="booking_by_host_and_start"),
            models.Index(fields=["start"], name="booking_by_start"),  # what is ahead, whoever the host is
        ]
        constraints = [models.CheckConstraint(condition=Q(end__gt=F("start")), name="booking_ends_after_start")]

    def __str__(self) -> str:
        return f"booking {self.pk}"

    @property
    def stands(self) -> bool:
        """Whether it takes the host's time: confirmed, or a request that waits."""
        return self.status in (self.Status.PENDING, self.Status.CONFIRMED)

    @property
    def minutes(self) -> int:
        """How long the meeting is."""
        return (self.end - self.start) // timedelta(minutes=1)

    def ask_nothing(self) -> None:
        """Let whatever the calendar has made of the booking count no more; the caller saves."""
        self.calendar_asks, self.calendar_asked_at, self.calendar_start = self.CalendarAsks.NOTHING, None, None
        self.unverified_at = None

    def answer_is_due(self, now: datetime) -> bool:
        """Whether it is a request whose time to answer is over: it comes to nothing as soon as the work runs."""
        return self.status == self.Status.PENDING and (self.answer_by or self.start) <= now


class Conference(models.Model):
    """The online meeting of a booking. The first one stored is the one; a later one is kept as unused.

    After a reschedule that the link does not outlive, it is unused too, with `replaced_at`: the booking gets a new one.
    A link that the host gave has no vendor's meeting behind it: `vendor` is BY_HAND or FALLBACK, `external_id` empty.
    """

    BY_HAND, FALLBACK = "by_hand", "fallback"

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="conferences")
    vendor = models.CharField(max_length=20)
    external_id = models.CharField(max_length=64, blank=True)
    join_url = models.CharField(max_length=2048)
    passcode = models.CharField(max_length=64, blank=True)
    vendor_start = models.DateTimeField()  # the vendor's own date of the meeting
    vendor_user = models.CharField(max_length=64, blank=True)  # `digest` of whose meeting it is; "" for no vendor's
    unused = models.BooleanField(default=False)
    replaced_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)  # removed at the vendor by us, where we may
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["booking"], condition=Q(unused=False), name="one_conference_per_booking")
        ]

    def __str__(self) -> str:
        return f"{self.vendor} meeting of booking {self.booking_id}"


class ConferenceAttempt(models.Model):
    """One request to a vendor for a booking's meeting, committed before it leaves (reliability.md section 2).

    An attempt whose answer never came may have made a meeting: the host sees it as one that is possibly unused.
    """

    class Outcome(models.TextChoices):
        """What became of it."""

        OPEN = ""  # on its way; lost as well when its worker is
        MADE = "made"
        REFUSED = "refused"  # surely nothing was made
        LOST = "lost"  # nobody knows
        FOUND = "found"  # lost, and settled by looking into the vendor's list

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="conference_attempts")
    vendor = models.CharField(max_length=20)
    vendor_start = models.DateTimeField()  # the date it asked for
    asked_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    external_id = models.CharField(max_length=64, blank=True)  # of a meeting that is there but cannot be used

    def __str__(self) -> str:
        return f"{self.vendor} attempt for booking {self.booking_id}"
