"""Write to the log. The entry joins the caller's transaction: no act without its row, no row without its act."""

from sivient.audit.models import Entry


def record(event: str, *, account: int | None, actor: str, subject: str = "") -> None:
    """Append one entry; `subject` is one of our own ids such as `booking:12`, never a name or an address."""
    Entry.objects.create(event=event, account=account, actor=actor, subject=subject)
