"""The table of work to do."""

from django.db import models


class Work(models.Model):
    """One thing to do outside the caller's transaction. The row stays when it is done: it is the timeline.

    A worker takes it by a lease; `fence` grows with each lease, and a result counts only under the newest.
    """

    class State(models.TextChoices):
        """What happens next."""

        WAITING = "waiting"  # runs at run_at
        PARKED = "parked"  # needs somebody: runs again when resumed
        DONE = "done"
        FAILED = "failed"  # given up: a retry would fail the same way, or the time is over

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=100)  # what it is about, such as booking:12:1; unique per kind
    payload = models.JSONField(default=dict)  # ids of ours only
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    run_at = models.DateTimeField()
    attempt = models.PositiveIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    again = models.BooleanField(default=False)  # asked for once more while it was running
    lease_owner = models.CharField(max_length=40, blank=True)
    lease_until = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    result = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="work_once")]
        indexes = [
            models.Index(fields=["run_at"], condition=models.Q(state="waiting"), name="work_due"),
            models.Index(fields=["key"], name="work_by_key"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
