"""Time zones in words, and names of zones that strangers sent."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sivient.site import zones

WINTER = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize("name", ["Europe/Lisbon", "Europe%2FLisbon"])
def test_a_zone_is_known_by_its_name_also_percent_encoded(name: str) -> None:
    assert zones.known(name) == "Europe/Lisbon"


@pytest.mark.parametrize(
    "name", [None, "", "Mars/Olympus", "../../etc/passwd", "localtime", "europe/lisbon", "\x00", "a" * 10_000]
)
def test_other_names_are_none(name: str | None) -> None:
    assert zones.known(name) is None


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Europe/Lisbon", "Lisbon, UTC"),
        ("America/New_York", "New York, UTC-5"),
        ("Asia/Kathmandu", "Kathmandu, UTC+5:45"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires, UTC-3"),
        ("UTC", "UTC"),
    ],
)
def test_a_zone_is_a_city_and_its_offset_at_that_time(zone: str, words: str) -> None:
    assert zones.label(zone, WINTER) == words


def test_the_common_zones_exist_and_cover_the_world_from_west_to_east() -> None:
    assert all(zones.known(name) for name in zones.COMMON)
    names = [name for name, _ in zones.choices(WINTER)]
    offsets = [WINTER.astimezone(ZoneInfo(name)).utcoffset() or timedelta() for name in names]
    assert offsets == sorted(offsets)
    assert len(set(offsets)) > 24


def test_the_zones_of_guest_and_host_are_always_among_the_choices() -> None:
    names = [name for name, _ in zones.choices(WINTER, "Pacific/Chatham", "Europe/Berlin")]
    assert "Pacific/Chatham" in names
    assert names.count("Europe/Berlin") == 1


def test_everything_is_every_place() -> None:
    names = {name for name, _ in zones.choices(WINTER, everything=True)}
    assert {"America/Indiana/Vincennes", "Antarctica/Troll", "UTC"} <= names
    assert not any(name.startswith("Etc/") for name in names)


def test_old_names_of_regions_are_accepted_but_not_offered() -> None:
    every = zones.choices(WINTER, everything=True)
    cities = {label.split(",")[0] for _, label in every}
    assert not cities & {"Pacific", "General", "Continental", "East-Indiana"}
    assert zones.known("US/Pacific") == "US/Pacific"
    assert "US/Pacific" in {name for name, _ in zones.choices(WINTER, "US/Pacific", everything=True)}
    assert sum(label.startswith("Samoa") for _, label in every) <= 1
