"""The table of work to do."""

from datetime import timedelta

from django.db import models
from django.utils import timezone

AFRESH = {"attempt": 0, "lost": 0}  # the values of work whose tries are counted anew
SPAN = timedelta(seconds=30)  # of a lease that a living worker holds longer again and again


class Work(models.Model):
    """One thing to do outside the caller's transaction. The row stays when it is done: it is the timeline.

    A worker takes it by a lease; `fence` grows with each lease, and a result counts only under the newest. Of the
    work in one `lane`, at most one piece is leased at a time.
    """

    class State(models.TextChoices):
        """What happens next."""

        WAITING = "waiting"  # runs at run_at
        PARKED = "parked"  # needs somebody: runs again when resumed
        DONE = "done"
        FAILED = "failed"  # given up: a retry would fail the same way, or the time is over

    class Trouble(models.TextChoices):
        """What kind of trouble the last run met; the rules of retrying and the timeline go by it."""

        NONE = ""
        LATER = "later"  # it surely did not happen
        UNKNOWN = "unknown"  # it may have happened: the answer was lost
        PAUSED = "paused"  # nothing may be asked before run_at
        RECONNECT = "reconnect"  # the host has to connect again
        REJECTED = "rejected"  # the other side understood and refused
        BROKE_OFF = "broke_off"  # begun several times without coming to an end
        BUG = "bug"  # an unexpected error of ours

    kind = models.CharField(max_length=60)
    lane = models.CharField(max_length=60, blank=True)  # such as zoom:12; "" for work that waits for nobody
    key = models.CharField(max_length=100)  # what it is about, such as booking:12:1; unique per kind
    payload = models.JSONField(default=dict)  # ids of ours only
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    run_at = models.DateTimeField()
    attempt = models.PositiveIntegerField(default=0)
    lost = models.PositiveIntegerField(default=0)  # of these, how many ended without knowing the outcome
    begun = models.PositiveIntegerField(default=0)  # runs since the last that came to an end other than a bug
    fence = models.PositiveIntegerField(default=0)
    again = models.BooleanField(default=False)  # asked for once more while it was running
    lease_owner = models.CharField(max_length=40, blank=True)
    lease_until = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    trouble = models.CharField(max_length=10, choices=Trouble.choices, blank=True)
    result = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    asked_at = models.DateTimeField(default=timezone.now)  # last, or first due if later; patience begins
    pulled_at = models.DateTimeField(null=True)  # when another's success last brought it forward
    done_at = models.DateTimeField(null=True)

    held_until: float | None = None  # by time.monotonic(): so long this process may hold it; the row does not know

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="work_once")]
        indexes = [
            models.Index(fields=["run_at"], condition=models.Q(state="waiting"), name="work_due"),
            models.Index(fields=["key"], name="work_by_key"),
            models.Index(fields=["state", "kind"], condition=~models.Q(state="done"), name="work_not_done"),
            models.Index(fields=["lane"], condition=models.Q(lease_until__isnull=False), name="work_busy_lane"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
