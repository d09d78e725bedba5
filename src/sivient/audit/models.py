"""The log row."""

from django.db import models


class Entry(models.Model):
    """Something that happened and that somebody may ask about later. No content, no tokens, no guest data."""

    at = models.DateTimeField(auto_now_add=True)
    account = models.BigIntegerField(null=True)  # the host's number; it stays when the account is erased
    actor = models.CharField(max_length=20)  # host, guest, system, operator, vendor
    event = models.CharField(max_length=60)
    subject = models.CharField(max_length=100, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "-at"], name="audit_by_account")]

    def __str__(self) -> str:
        return f"{self.event} {self.subject}"
