"""The host's menu."""

from sivient.site import menu


def current(entries: list[menu.MenuEntry]) -> dict[str, str]:
    """The marked entries."""
    return {entry.word: entry.current for entry in entries if entry.current}


def test_every_entry_has_a_page() -> None:
    assert [entry.word for entry in menu.main("")] == ["Bookings", "Event types", "Availability", "Settings"]
    words = [entry.word for entry in menu.settings("settings-plan")]
    assert words == ["Integrations", "Scheduling settings", "Plan", "Account"]


def test_the_page_we_are_on_is_marked() -> None:
    assert current(menu.main("bookings")) == {"Bookings": "page"}
    assert current(menu.main("booking-detail")) == {"Bookings": "true"}
    assert current(menu.main("settings-plan")) == {"Settings": "true"}
    assert current(menu.settings("settings-plan")) == {"Plan": "page"}
    assert current(menu.main("docs")) == {}


def test_the_entries_below_settings_stand_only_there() -> None:
    assert menu.settings("bookings") == []
