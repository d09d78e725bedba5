"""Which scopes each method takes (contract 1.3): one of them is enough. A test compares this with Google's document."""

from collections.abc import Collection

PREFIX = "https://www.googleapis.com/auth/"

WORDS = {
    "calendar": "see, edit, share and permanently delete all your calendars",
    "calendar.readonly": "see all your calendars",
    "calendar.events": "see and edit events on all your calendars",
    "calendar.events.readonly": "see events on all your calendars",
    "calendar.events.owned": "see, create, change and delete events on calendars that you own",
    "calendar.events.owned.readonly": "see the events on calendars that you own",
    "calendar.events.freebusy": "see when you are free or busy, on every calendar that you can see",
    "calendar.freebusy": "see when you are free or busy",
    "calendar.calendarlist": "see, add and remove calendars in your list",
    "calendar.calendarlist.readonly": "see the list of your calendars",
}
"""The scopes that may be asked for, with words for the consent page."""

KNOWN = frozenset(PREFIX + name for name in WORDS)

_WRITE = ("calendar", "calendar.events", "calendar.events.owned")
_READ = (*_WRITE, "calendar.readonly", "calendar.events.readonly", "calendar.events.owned.readonly")
METHODS = {
    "calendarList.list": (
        *("calendar", "calendar.readonly", "calendar.calendarlist", "calendar.calendarlist.readonly"),
    ),
    "calendarList.get": (
        *("calendar", "calendar.readonly", "calendar.calendarlist", "calendar.calendarlist.readonly"),
    ),
    "events.list": (*_READ, "calendar.events.freebusy"),
    "events.get": (*_READ, "calendar.events.freebusy"),
    "events.watch": (*_READ, "calendar.events.freebusy"),
    "events.insert": _WRITE,
    "events.patch": _WRITE,
    "events.delete": _WRITE,
    "freebusy.query": ("calendar", "calendar.readonly", "calendar.freebusy", "calendar.events.freebusy"),
    "channels.stop": (
        *_READ,
        *("calendar.events.freebusy", "calendar.calendarlist", "calendar.calendarlist.readonly"),
    ),
}
EVERYWHERE = ("calendar", "calendar.readonly", "calendar.events", "calendar.events.readonly")
OWNED = ("calendar.events.owned", "calendar.events.owned.readonly")


def in_words(scope: str) -> str:
    """Say what a scope allows."""
    return WORDS[scope.removeprefix(PREFIX)]


def covers(granted: Collection[str], method: str) -> bool:
    """Whether a token with these scopes may call the method."""
    return any(PREFIX + name in granted for name in METHODS[method])


def sees_everything(granted: Collection[str], role: str) -> bool:
    """Whether the token shows more of a calendar's events than their times."""
    if role == "freeBusyReader":
        return False
    names = EVERYWHERE + (OWNED if role == "owner" else ())
    return any(PREFIX + name in granted for name in names)


def may_write(granted: Collection[str], role: str) -> bool:
    """Whether the token may write into a calendar on which its person has this role."""
    if role == "owner":
        return True
    return role in ("writer", "writerWithoutPrivateAccess") and any(PREFIX + name in granted for name in EVERYWHERE)
