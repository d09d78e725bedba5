"""The holidays that a host keeps: a country, one of its regions, and the days of the coming year with their ticks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import QueryDict

from sivient.scheduling import holidays
from sivient.scheduling.models import SchedulingPage

YEAR = timedelta(days=364)  # so that a fixed date comes once


@dataclass(frozen=True, slots=True)
class Place:
    """A country and one of its regions; `""` is none."""

    country: str = ""
    region: str = ""

    @classmethod
    def typed(cls, country: str, region: str) -> "Place":
        """Return what was chosen. A region of another country, left over from before, is none."""
        known = country in dict(holidays.countries())
        return cls(country, region if known and region in dict(holidays.regions(country)) else "")

    @property
    def exists(self) -> bool:
        """Say whether the country is one of the list, or none."""
        return not self.country or self.country in dict(holidays.countries())

    def names(self, today: date) -> dict[str, list[date]]:
        """Return the holidays of the coming year by name, in the order of their first date."""
        found: dict[str, list[date]] = {}
        if self.country and self.exists:
            coming = holidays.holidays_of(self.country, self.region, today, today + YEAR)
            for day, name in sorted(coming.items()):
                found.setdefault(name, []).append(day)
        return found

    def __str__(self) -> str:
        return f"{self.country}/{self.region}"


@dataclass(frozen=True, slots=True)
class Holiday:
    """A holiday of the coming year; several dates if they share a name."""

    name: str
    dates: list[date]
    closed: bool


@dataclass(frozen=True, slots=True)
class HolidaysForm:
    """What is chosen, and the place whose days were on the page when it was.

    Another place first shows its days, so that what is saved has been seen. What was unticked stays so on the way.
    """

    place: Place
    listed: Place
    worked: frozenset[str]
    today: date

    @classmethod
    def of(cls, page: SchedulingPage, today: date) -> "HolidaysForm":
        """Return what is stored."""
        kept = Place(page.holiday_country, page.holiday_region)
        return cls(kept, kept, frozenset(page.holidays_worked), today)

    @classmethod
    def typed(cls, post: QueryDict, page: SchedulingPage, today: date) -> "HolidaysForm":
        """Return what was chosen: fields `country` and `region`, and `closed` for each tick of the place `listed`."""
        place = Place.typed(post.get("country", ""), post.get("region", ""))
        country, _, region = post.get("listed", "").partition("/")
        listed = Place.typed(country, region)
        worked = set(page.holidays_worked) if place.country == page.holiday_country else set()
        if listed.country == place.country:
            names = listed.names(today).keys()
            worked = worked - names | (names - set(post.getlist("closed")))
        return cls(place, listed, frozenset(worked), today)

    @property
    def was_seen(self) -> bool:
        """Say whether the days of the place were on the page. No country has none to show."""
        return not self.place.country or self.place == self.listed

    def regions(self) -> Iterable[tuple[str, str]]:
        """Return (code, name) of the regions of the country."""
        return holidays.regions(self.place.country) if self.place.country and self.place.exists else []

    def days(self) -> list[Holiday]:
        """Return the days of the coming year, with their ticks."""
        return [Holiday(name, days, name not in self.worked) for name, days in self.place.names(self.today).items()]
