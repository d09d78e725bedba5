"""A form for a new event type adds one event type: sent again, by Back and Save, it changes the one that it added."""

import secrets

from sivient.accounts.access import HostRequest
from sivient.scheduling.models import EventType

FIELD = "form"  # what each such form carries
MOST = 20  # forms that a browser's session remembers
_KEY = "event_types_added"


def form_key(request: HostRequest, event_type: EventType) -> str:
    """Return the key of the form that was sent, a new one for a new form, "" for the form of a stored event type."""
    return request.POST.get(FIELD, "")[:40] or ("" if event_type.pk else secrets.token_urlsafe(12))


def added_by(request: HostRequest) -> EventType | None:
    """Return the event type that this form added before, while it stands."""
    number = request.session.get(_KEY, {}).get(request.POST.get(FIELD, ""))
    return request.user.event_types.filter(pk=number).first() if number else None


def remember(request: HostRequest, event_type: EventType) -> None:
    """Keep in the session which event type this form added."""
    if key := request.POST.get(FIELD, "")[:40]:
        kept = {**request.session.get(_KEY, {}), key: event_type.pk}
        request.session[_KEY] = dict(list(kept.items())[-MOST:])
