"""The host's menu. Each room brings its own pages; an entry stands where its page is."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

# URL name, word, icon, and how the names of the pages below it begin.
MAIN = (
    ("bookings", "Bookings", "calendar-days", "booking"),
    ("event-types", "Event types", "layers", "event-type"),
    ("availability", "Availability", "clock", "availability"),
    ("settings-integrations", "Settings", "settings", "settings-"),
)
SETTINGS = (
    ("settings-integrations", "Integrations"),
    ("settings-scheduling", "Scheduling settings"),
    ("settings-plan", "Plan"),
    ("settings-account", "Account"),
)


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One link; `current` is what aria-current says: 'page', 'true' for a page below it, or ''."""

    href: str
    word: str
    icon: str
    current: str


def main(here: str) -> list[MenuEntry]:
    """Return the entries of the sidebar, seen from the page whose URL name is `here`."""
    return [
        entry for name, word, icon, below in MAIN for entry in _entry(name, word, icon, _current(here, name, below))
    ]


def settings(here: str) -> list[MenuEntry]:
    """Return the entries below Settings while the page is one of them."""
    if not here.startswith("settings-"):
        return []
    return [
        entry for name, word in SETTINGS for entry in _entry(name, word, "", "page" if here.startswith(name) else "")
    ]


def _current(here: str, name: str, below: str) -> str:
    """Settings itself is no page: below it there is always an entry that is."""
    if not here.startswith(below):
        return ""
    return "page" if here == name and below != "settings-" else "true"


def _entry(name: str, word: str, icon: str, current: str) -> list[MenuEntry]:
    try:
        return [MenuEntry(reverse(name), word, icon, current)]
    except NoReverseMatch:
        return []
