"""Events that come out wrong: numbers 23, 24, and the clock of 25."""

from __future__ import annotations

from datetime import timedelta

from sivient.vendors.zoom.emulator.events import Draft
from sivient.vendors.zoom.emulator.faults.fault import Settings
from sivient.vendors.zoom.emulator.store import Store

UNKNOWN_USER = "uNKn0wNuSErXxXxXxXxXxA"
OTHER_ACCOUNT = "0tHErAcC0unTXxXxXxXxXg"


def bad_signature(draft: Draft, settings: Settings, store: Store) -> str:
    """23 and 24: signed with another secret."""
    draft.forged = True
    return "signed with another secret"


def stale(draft: Draft, settings: Settings, store: Store) -> str:
    """23: a right signature over an old timestamp."""
    draft.signed_at -= timedelta(minutes=settings["minutes"])
    return f"signed {settings['minutes']:g} minutes ago"


def reordered(draft: Draft, settings: Settings, store: Store) -> str:
    """23: the keys in another order, signed as they are."""
    draft.reordered = True
    return "keys in another order"


def spaced(draft: Draft, settings: Settings, store: Store) -> str:
    """23: JSON with spaces and line breaks, signed as it is."""
    draft.indent = 2
    return "written with spaces and line breaks"


def utf8(draft: Draft, settings: Settings, store: Store) -> str:
    """23: characters outside ASCII that are not escaped, in a field that nobody expects."""
    draft.payload["user_name"] = "Łukasz Żółć 東京 🎧"
    return "with characters outside ASCII"


def duplicate(draft: Draft, settings: Settings, store: Store) -> str:
    """23: the same bytes several times."""
    draft.copies = settings["copies"]
    return f"sent {settings['copies']} times"


def out_of_order(draft: Draft, settings: Settings, store: Store) -> str:
    """23: held back until the next event has gone first."""
    draft.held = True
    return "held back until the next event was sent"


def late(draft: Draft, settings: Settings, store: Store) -> str:
    """23: the last retry of an event of long ago. Whether that is signed anew is not known, so both can be had."""
    draft.shift(-settings["minutes"] * 60, timestamp=settings["timestamp"] == "old")
    return f"sent {settings['minutes']:g} minutes late"


def unknown_user(draft: Draft, settings: Settings, store: Store) -> str:
    """23: about a Zoom user whom nobody knows."""
    draft.payload["user_id"] = UNKNOWN_USER
    return f"sent for the unknown user {UNKNOWN_USER}"


def two_accounts(draft: Draft, settings: Settings, store: Store) -> str:
    """23: the same user once more under another account id: two events that are no duplicates."""
    draft.also.append(draft.payload | {"account_id": OTHER_ACCOUNT})
    return "sent for two accounts"


def retention(draft: Draft, settings: Settings, store: Store) -> str:
    """23: `user_data_retention` with either value, or left out as in today's documents."""
    value = settings["value"]
    if value is None:
        draft.payload.pop("user_data_retention", None)
        return "without user_data_retention"
    draft.payload["user_data_retention"] = value
    return f"with user_data_retention {value}"


def older_authorization(draft: Draft, settings: Settings, store: Store) -> str:
    """23: about an authorization that was replaced since; sent and signed now."""
    installed = store.installed.get(draft.user_id)
    newest = installed.added_at if installed else draft.at.timestamp()
    moment = min(newest, draft.at.timestamp()) - settings["minutes"] * 60
    draft.shift(moment - draft.at.timestamp(), timestamp=False)
    return f"about an authorization of {settings['minutes']:g} minutes before the present one"


def proof_refused(draft: Draft, settings: Settings, store: Store) -> str:
    """24: Zoom takes no answer for a proof, not even the right one."""
    draft.unprovable = True
    return "no answer will count as a proof"


def skewed(draft: Draft, settings: Settings, store: Store) -> str:
    """25: everything that the event says about time is off."""
    draft.shift(settings["seconds"])
    return f"with a clock that is {settings['seconds']:+g} s off"
