"""What the Integrations page says about the end of a connecting, each with its entry in the vendor's guide."""

from dataclasses import dataclass

from sivient.integrations.flow import Outcome


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence of what happened, one of what to do, and where the guide explains it ("" for nowhere)."""

    happened: str
    then: str
    anchor: str = ""
    good: bool = False


CONNECTED = "connected"
CHOSEN = "chosen"  # connected, and made the Meeting Platform

_NOTICES = {
    CONNECTED: Notice("{0} is connected.", "Bookings that waited for a link get it by themselves.", good=True),
    CHOSEN: Notice("{0} is connected.", "{0} is now your Meeting Platform.", good=True),
    Outcome.OFF: Notice("{0} is turned off on this server.", "Its operator can turn it on.", "turned-off"),
    Outcome.PLAN: Notice("{0} is part of Pro.", "Nothing changed.", "option-missing"),
    Outcome.UNASKED: Notice(
        "You came from {0}, but connecting begins here.",
        "Nothing changed. Press Connect {0} on this page.",
        "still-not-connected",
    ),
    Outcome.FOREIGN: Notice(
        "That answer from {0} does not belong to a connection that you began in this browser.",
        "Nothing changed. Press Connect {0} to begin here.",
        "still-not-connected",
    ),
    Outcome.USED: Notice(
        "That answer from {0} was used already.",
        "Nothing changed. What this page shows is how it is.",
        "still-not-connected",
    ),
    Outcome.LATE: Notice(
        "Connecting took longer than ten minutes.", "Nothing changed. Press Connect {0} again.", "still-not-connected"
    ),
    Outcome.DECLINED: Notice(
        "Nothing was connected: {0} was not allowed.",
        "Nothing changed. You can connect whenever you like.",
        "still-not-connected",
    ),
    Outcome.REFUSED: Notice(
        "{0} ended the connecting without a result.",
        "Nothing changed. Try again, or see why {0} may refuse the app.",
        "cannot-install",
    ),
    Outcome.CODE: Notice(
        "{0}'s confirmation was too old or already used.",
        "Nothing changed. Press Connect {0} again.",
        "still-not-connected",
    ),
    Outcome.PERMISSIONS: Notice(
        "{0} gave us fewer permissions than meetings need.",
        "We do not keep them. Press Connect {0} again and allow both permissions.",
        "missing-permission",
    ),
    Outcome.OPERATOR: Notice(
        "{0} does not accept the app of this server.",
        "Nothing changed. Only the operator of this server can mend that.",
        "operator",
    ),
    Outcome.SILENT: Notice(
        "{0} did not answer.",
        "If {0} was connected, we check that it still is. Try again in a few minutes.",
        "zoom-does-not-answer",
    ),
    Outcome.INCOMPLETE: Notice(
        "{0} gave us access that would not last.",
        "We do not keep it. Try again in a few minutes.",
        "zoom-does-not-answer",
    ),
    Outcome.NAMELESS: Notice(
        "{0} did not say whose account it is.",
        "We do not keep the permission. Try again in a few minutes.",
        "zoom-does-not-answer",
    ),
}


def notice(said: str, label: str) -> Notice | None:
    """Return the notice for what a finished step said, or None for a word that nothing here says."""
    words = _NOTICES.get(said)
    if words is None:
        return None
    return Notice(words.happened.format(label), words.then.format(label), words.anchor, words.good)
