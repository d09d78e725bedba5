"""Event types that use every rule, for a host whose pages are looked at."""

from datetime import timedelta
from typing import Any


def make_event_types(host: Any) -> None:
    """Add one that is off, one with everything set and Zoom's forty minutes, and a hidden one with ended links."""
    from django.utils import timezone

    from sivient.core.limits import Limit
    from sivient.scheduling.drafts import EventTypeDraft
    from sivient.scheduling.event_types import add_private_link, save_event_type
    from sivient.scheduling.questions import Kind, Question

    off = EventTypeDraft(
        title="Design review",
        minutes=60,
        platform="own_link",
        platform_details="https://meet.example/mara",
        active=False,
    )
    save_event_type(host, off)
    whole = EventTypeDraft(
        title="Workshop",
        minutes=90,
        more_minutes=(30, 60),
        description="Half a morning for your team.",
        color="violet",
        questions=(
            Question("", "Company", Kind.SHORT, required=True),
            Question("", "What is it about?", Kind.CHOICE, options=("Colour", "Type", "Layout")),
        ),
        most_others=3,
        requires_approval=True,
        limits=(Limit("day", count=2), Limit("week", minutes=600)),
        redirect_url="https://nordlicht.example/thanks",
    )
    save_event_type(host, whole)
    hidden = save_event_type(
        host, EventTypeDraft(title="Board call", minutes=30, color="rose", hidden=True, paused=True)
    )
    now = timezone.now()
    link = add_private_link(host, hidden, label="For Ada Okafor", single_use=True, now=now)
    add_private_link(host, hidden, label="Spring round", expires_at=now + timedelta(days=20), now=now)
    hidden.private_links.filter(pk=link.pk).update(used_at=now)
