"""What the operator has to know."""

from django.db import models


class Alarm(models.Model):
    """Something that only the operator can mend. It stands until it is cleared; its operator is mailed once a day."""

    key = models.CharField(max_length=100, unique=True)  # what it is about, such as zoom:client
    sentence = models.CharField(max_length=300)  # no token, no address, no name
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    told_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"alarm {self.key}"
