"""Public holidays by country and region, from the library `holidays`; its English names.

The library is big, so it is only loaded for hosts who have chosen a country.
"""

from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

from sivient.scheduling.models import SchedulingPage

YEARS = range(1970, 2200)  # nobody books outside, and the library knows little there
LONGEST_REGION = 10  # characters that a page keeps


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
    codes = {code for _, code, *_ in _library().registry.COUNTRIES.values()}
    names = _country_names()
    return tuple(sorted(((code, names.get(code, code)) for code in codes), key=lambda each: each[1]))


def _country_names() -> dict[str, str]:
    """Return the English name of each country by its code, as the time zone database lists them."""
    table = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text("utf-8")
    rows = (line.partition("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {"XK": "Kosovo"} | {code: name for code, _, name in rows}


@lru_cache(maxsize=64)
def _regions(country: str) -> tuple[tuple[str, str], ...]:
    if country not in dict(_countries()):
        return ()
    entity = _library().country_holidays(country)
    by_length = sorted(entity.subdivisions_aliases.items(), key=lambda each: len(each[0]))
    names = {code: name for name, code in by_length}  # of several, the longest: the others are abbreviations
    codes = (code for code in entity.subdivisions if len(code) <= LONGEST_REGION)
    return tuple(sorted(((code, names.get(code, code)) for code in codes), key=lambda each: each[1]))


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
    import holidays.registry

    return holidays
