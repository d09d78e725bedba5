"""Public holidays by country and region, from the library `holidays`; its English names.

The library is big, so it is only loaded for hosts who have chosen a country.
"""

from datetime import date
from functools import lru_cache
from typing import Any

from sivient.scheduling.models import SchedulingPage

YEARS = range(1970, 2200)  # nobody books outside, and the library knows little there


def countries() -> list[tuple[str, str]]:
    """Return (ISO 3166-1 code, name) of each country whose holidays are known, by name."""
    return list(_countries())


def regions(country: str) -> list[tuple[str, str]]:
    """Return (code, name) of the regions of a country that have holidays of their own, by name."""
    return list(_regions(country))


def holidays_of(country: str, region: str, first: date, last: date) -> dict[date, str]:
    """Return the holidays from `first` to `last`, inclusive, in order; none in a country or region that is unknown."""
    if not country:
        return {}
    return {
        day: name
        for year in range(max(first.year, YEARS.start), min(last.year, YEARS.stop - 1) + 1)
        for day, name in _of_year(country, region, year)
        if first <= day <= last
    }


def closed_dates(page: SchedulingPage | None, first: date, last: date) -> frozenset[date]:
    """Return the holidays from `first` to `last`, inclusive, on which the host does not work."""
    if page is None:
        return frozenset()
    return closed(page.holiday_country, page.holiday_region, frozenset(page.holidays_worked), first, last)


def closed(country: str, region: str, worked: frozenset[str], first: date, last: date) -> frozenset[date]:
    """Return the holidays from `first` to `last`, inclusive, but those whose name is one of `worked`."""
    found = holidays_of(country, region, first, last)
    return frozenset(day for day, name in found.items() if name not in worked)


@lru_cache(maxsize=1)
def _countries() -> tuple[tuple[str, str], ...]:
    library = _library()
    known = ((code, getattr(library, code).__doc__ or code) for code in library.list_supported_countries())
    return tuple(sorted(known, key=lambda each: each[1]))


@lru_cache(maxsize=64)
def _regions(country: str) -> tuple[tuple[str, str], ...]:
    found = _library().list_supported_countries().get(country, [])
    return tuple((code, code) for code in found)


@lru_cache(maxsize=512)
def _of_year(country: str, region: str, year: int) -> tuple[tuple[date, str], ...]:
    """Return the holidays of one year in order; a year is computed once."""
    try:
        found = _library().country_holidays(country, subdiv=region or None, years=year, language="en_US")
    except NotImplementedError:  # no such country or region
        return ()
    return tuple(sorted(found.items()))


def _library() -> Any:
    import holidays

    return holidays
