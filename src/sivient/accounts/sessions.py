"""Sessions in the database that know their account, live 14 days without use and 90 days at most (OWASP ASVS 7.3)."""

import time
from datetime import timedelta
from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from sivient.accounts.models import Session

LONGEST = timedelta(days=90)
DAY = 24 * 60 * 60
_STARTED, _DAY_SEEN = "signed_in_at", "day_seen"


class SessionStore(DatabaseStore):
    """Django's database sessions, with the account in a column of its own."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Return the model of the rows."""
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Return the row to store, with the account of its user."""
        row = cast(Session, super().create_model_instance(data))
        row.account_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        return row


def start(session: SessionBase) -> None:
    """Remember when the person signed in; from this moment the 90 days run."""
    session[_STARTED] = int(time.time())


def keep_alive(session: SessionBase) -> bool:
    """Push the 14 days on, at most once a day; return False when the 90 days are over."""
    now = int(time.time())
    if _STARTED not in session:
        start(session)
    if now - session[_STARTED] > LONGEST.total_seconds():
        return False
    if session.get(_DAY_SEEN) != now // DAY:
        session[_DAY_SEEN] = now // DAY
    return True
