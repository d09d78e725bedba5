"""A meeting begins at the instant of its booking, also on the days when clocks change, and never in the past."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sivient.vendors.zoom.conferencing import ZoomConferencing
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.vendors.zoom.adapted import MEETING, conferencing
from tests.vendors.zoom.emulated import TheApp, an_app

# By an hour, half an hour, at other times of the day, on both halves of the world.
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Chatham", "America/Santiago")
HOUR = timedelta(hours=1)
NEXT_YEAR = datetime.now(UTC).year + 1


def changes(zone: str) -> list[datetime]:
    """The hours of next year after which the zone's clocks say something else."""
    there = ZoneInfo(zone)
    hours = [datetime(NEXT_YEAR, 1, 1, tzinfo=UTC) + HOUR * hour for hour in range(365 * 24)]
    return [at for at in hours if at.astimezone(there).utcoffset() != (at + HOUR).astimezone(there).utcoffset()]


@pytest.fixture(scope="module")
def zoom() -> Iterator[ZoomEmulator]:
    emulator = ZoomEmulator(an_app(scopes=("user:read:user", "meeting:write:meeting", "meeting:update:meeting")))
    emulator.switch(limits=False)
    yield emulator
    emulator.close()


@pytest.fixture
def ours(zoom: ZoomEmulator) -> Iterator[ZoomConferencing]:
    token = TheApp(zoom).connect().tokens["access_token"]
    with conferencing(zoom.handle) as it:
        yield dataclasses.replace(it, token=token)


@pytest.mark.parametrize("zone", ZONES)
def test_the_instant_at_zoom_is_that_of_the_booking_around_every_change(
    zoom: ZoomEmulator, ours: ZoomConferencing, zone: str
) -> None:
    assert len(changes(zone)) == 2
    for change in changes(zone):
        for start in (change + timedelta(minutes=15 * quarter) for quarter in range(-4, 13)):
            local = start.astimezone(ZoneInfo(zone))
            meeting = dataclasses.replace(MEETING, start=local, end=start + HOUR, timezone=zone)
            made = ours.create(meeting)
            kept = zoom.meetings[-1]
            assert (kept["start_time"], kept["timezone"]) == (f"{start:%Y-%m-%dT%H:%M:%SZ}", zone)
            assert (made.start, kept["duration"]) == (start, 60)


def test_a_move_over_a_change_keeps_the_instant_too(zoom: ZoomEmulator, ours: ZoomConferencing) -> None:
    before, after = changes("Europe/Berlin")
    number = ours.create(dataclasses.replace(MEETING, start=before, end=before + HOUR)).external_id
    ours.move(number, dataclasses.replace(MEETING, start=after, end=after + HOUR))
    assert zoom.meetings[-1]["start_time"] == f"{after:%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize(("length", "minutes"), [(20, 1), (90 * 60, 90), (24 * 3600, 1440), (30 * 3600, 1440)])
def test_a_length_is_whole_minutes_within_zooms_bounds(
    zoom: ZoomEmulator, ours: ZoomConferencing, length: int, minutes: int
) -> None:
    ours.create(dataclasses.replace(MEETING, end=MEETING.start + timedelta(seconds=length)))
    assert zoom.meetings[-1]["duration"] == minutes
