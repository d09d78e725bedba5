"""What the Integrations page says about calendars: how connecting one ended, and when it was last read."""

from dataclasses import replace
from datetime import datetime

from sivient.console.event_types_words import many
from sivient.console.integrations_words import CONNECTED, Notice
from sivient.console.integrations_words import notice as plain_notice
from sivient.integrations.flow import Outcome

READING = "reading"  # connected, but its calendars are still being asked for
ADDRESS = "ics"  # the one vendor of which an address is connected, and no account
ANOTHER = "another"  # connected, but it is not the account that was meant
GOOD = frozenset({CONNECTED, READING, ANOTHER})  # true only while something is connected
REPLACES_NOTHING = "The account that you meant still needs you: press Reconnect on its card and choose that account."

_NOTICES = {
    CONNECTED: Notice("{0} is connected.", "Tick below which of its calendars block your times.", good=True),
    READING: Notice(
        "{0} is connected.", "We are asking for your calendars. They appear here by themselves.", good=True
    ),
    ANOTHER: Notice("{0} is connected, but with another account than the one you meant.", REPLACES_NOTHING, "accounts"),
    Outcome.PERMISSIONS: Notice(
        "{0} gave us fewer permissions than reading your busy times needs.",
        "We do not keep them. Connect again and allow every permission that it lists.",
        "missing-permission",
    ),
}
# An address is one calendar, and there is nothing to choose.
_ADDRESS_NOTICES = {
    CONNECTED: Notice(
        "The calendar address is connected.", "While it is ticked below, its events block your times.", good=True
    ),
    READING: Notice(
        "The calendar address is connected.", "We are reading the calendar. It appears here by itself.", good=True
    ),
}
# Where the guide to calendars explains what the guide to Zoom explains elsewhere.
_ANCHORS = {"option-missing": "plan", "cannot-install": "refused", "zoom-does-not-answer": "does-not-answer"}


def notice(said: str, vendor: str, label: str) -> Notice | None:
    """Return the notice for how connecting a calendar ended, or None for a word that nothing here says."""
    words = (_ADDRESS_NOTICES if vendor == ADDRESS else {}).get(said) or _NOTICES.get(said)
    if words is not None:
        return replace(words, happened=words.happened.format(label), then=words.then.format(label))
    words = plain_notice(said, label)
    return words and replace(words, anchor=_ANCHORS.get(words.anchor, words.anchor))


def ago(moment: datetime, now: datetime) -> str:
    """Return how long ago it was in its largest unit: 'a moment ago', '2 minutes ago', '3 days ago'."""
    minutes = int((now - moment).total_seconds()) // 60
    for size, unit in ((24 * 60, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            return f"{many(minutes // size, unit)} ago"
    return "a moment ago"
