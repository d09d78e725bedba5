"""Open hours of a host who is elsewhere."""

from datetime import UTC, date, datetime, timedelta

import pytest

from sivient.core.availability import Availability, Hours, Travel
from sivient.core.interval import floor_seconds, moment


class TestTravel:
    """Hours of the dates of a journey are wall time where the host is."""

    week = tuple(Hours(day, 540, 600) for day in range(7))

    def openings(self, zone: str, *travel: Travel, first: date = date(2026, 11, 30), dates: int = 4) -> list[str]:
        ordinal = first.toordinal()
        found = Availability(zone, self.week, travel=travel).openings(ordinal, ordinal + dates - 1)
        return [f"{moment(start):%d %H:%M}" for one in found for start, _ in one]

    def test_the_first_and_the_last_date_are_read_there_and_the_others_at_home(self) -> None:
        tokyo = Travel(date(2026, 12, 1), date(2026, 12, 2), "Asia/Tokyo")
        assert self.openings("UTC", tokyo) == ["30 09:00", "01 00:00", "02 00:00", "03 09:00"]

    def test_two_journeys_may_follow_each_other_at_once_in_any_order(self) -> None:
        tokyo = Travel(date(2026, 12, 1), date(2026, 12, 1), "Asia/Tokyo")
        new_york = Travel(date(2026, 12, 2), date(2026, 12, 2), "America/New_York")
        for journeys in ((tokyo, new_york), (new_york, tokyo)):
            assert self.openings("UTC", *journeys) == ["30 09:00", "01 00:00", "02 14:00", "03 09:00"]

    def test_a_journey_without_end_is_read_where_it_is_asked_for(self) -> None:
        ever = Travel(date.min, date.max, "Asia/Tokyo")
        assert self.openings("UTC", ever) == ["30 00:00", "01 00:00", "02 00:00", "03 00:00"]

    def test_a_flight_over_the_date_line_brings_dates_out_of_order(self) -> None:
        # Home is at +14; from Wednesday on the host is at -11, and on Friday home again.
        niue = Travel(date(2026, 12, 2), date(2026, 12, 3), "Pacific/Niue")
        assert self.openings("Pacific/Kiritimati", niue, dates=5) == [
            *["29 19:00", "30 19:00"],
            *["02 20:00", "03 20:00"],
            "03 19:00",  # Friday's hours begin before Thursday's
        ]

    def test_the_clocks_change_where_the_host_is(self) -> None:
        berlin = Travel(date(2026, 10, 24), date(2026, 10, 26), "Europe/Berlin")
        first = date(2026, 10, 24)
        assert self.openings("Asia/Tokyo", berlin, first=first) == ["24 07:00", "25 08:00", "26 08:00", "27 00:00"]

    def test_a_date_that_does_not_exist_where_the_host_is_has_no_hours(self) -> None:
        samoa = Travel(date(2011, 12, 29), date(2011, 12, 31), "Pacific/Apia")
        assert self.openings("UTC", samoa, first=date(2011, 12, 29), dates=3) == ["29 19:00", "30 19:00"]

    @pytest.mark.parametrize("first", [date(2026, 12, 1), date(2026, 12, 5)])
    def test_a_date_has_one_zone(self, first: date) -> None:
        one = Travel(date(2026, 12, 1), date(2026, 12, 5), "Asia/Tokyo")
        other = Travel(first, date(2026, 12, 9), "America/New_York")
        for journeys in ((one, other), (other, one)):
            with pytest.raises(ValueError, match="travels must not overlap"):
                Availability("UTC", travel=journeys)

    def test_the_zone_of_a_date_can_be_asked_for(self) -> None:
        tokyo = Travel(date(2026, 12, 1), date(2026, 12, 2), "Asia/Tokyo")
        schedule = Availability("UTC", travel=(tokyo,))
        zones = [schedule.zone_on(date(2026, 12, 1) + timedelta(days=n)) for n in range(-1, 3)]
        assert zones == ["UTC", "Asia/Tokyo", "Asia/Tokyo", "UTC"]

    def test_an_unknown_zone_is_refused(self) -> None:
        with pytest.raises(ValueError, match="unknown time zone"):
            Travel(date(2026, 12, 1), date(2026, 12, 1), "Mars/Olympus")

    def test_dates_are_looked_for_as_far_as_the_zones_reach(self) -> None:
        noon = floor_seconds(datetime(2026, 12, 1, 12, tzinfo=UTC))
        tuesday = date(2026, 12, 1).toordinal()
        assert Availability("UTC").dates_around(noon, noon + 1) == (tuesday - 2, tuesday)
        far = (Travel(date(2026, 1, 1), date(2026, 1, 1), "Pacific/Kiritimati"),)
        assert Availability("Pacific/Niue", travel=far).dates_around(noon, noon + 1) == (tuesday - 2, tuesday + 1)
        midnight_of_niue = noon - 3600
        assert Availability("Pacific/Niue").dates_around(midnight_of_niue - 1, midnight_of_niue) == (
            tuesday - 3,
            tuesday - 1,
        )
        assert Availability("Pacific/Niue").dates_around(noon, midnight_of_niue + 86401) == (tuesday - 2, tuesday + 1)
