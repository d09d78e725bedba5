"""Public holidays by country and region."""

import subprocess
import sys
from datetime import date

import pytest

from sivient.scheduling import holidays
from sivient.scheduling.models import SchedulingPage

CHRISTMAS = date(2026, 12, 24), date(2027, 1, 6)


def test_countries_and_regions_have_english_names_in_order() -> None:
    countries = holidays.countries()
    assert {"DE": "Germany", "JP": "Japan", "XK": "Kosovo"}.items() <= dict(countries).items()
    assert countries == sorted(countries, key=lambda each: each[1])
    assert all(len(code) == 2 and name != code for code, name in countries)
    assert ("BY", "Bayern") in holidays.regions("DE")
    assert ("TX", "Texas") in holidays.regions("US")
    assert holidays.regions("ZZ") == holidays.regions("") == []


def test_a_page_can_keep_every_region() -> None:
    longest = SchedulingPage._meta.get_field("holiday_region").max_length
    assert longest == holidays.LONGEST_REGION


def test_holidays_are_those_of_the_region_in_english_over_a_turn_of_the_year() -> None:
    assert holidays.holidays_of("DE", "BY", *CHRISTMAS) == {
        date(2026, 12, 25): "Christmas Day",
        date(2026, 12, 26): "Second Day of Christmas",
        date(2027, 1, 1): "New Year's Day",
        date(2027, 1, 6): "Epiphany",
    }
    assert date(2027, 1, 6) not in holidays.holidays_of("DE", "BE", *CHRISTMAS)
    assert list(holidays.holidays_of("DE", "", date(2026, 12, 26), date(2026, 12, 26))) == [date(2026, 12, 26)]


@pytest.mark.parametrize(("country", "region"), [("", ""), ("ZZ", ""), ("DE", "XX"), ("", "BY"), ("de!", "")])
def test_what_is_unknown_has_no_holidays(country: str, region: str) -> None:
    assert holidays.holidays_of(country, region, *CHRISTMAS) == {}


def test_years_that_nobody_books_have_no_holidays() -> None:
    assert holidays.holidays_of("DE", "", date(1, 1, 1), date(1, 12, 31)) == {}
    assert holidays.holidays_of("DE", "", date(9999, 1, 1), date(9999, 12, 31)) == {}


def test_the_host_works_on_those_they_named() -> None:
    page = SchedulingPage(holiday_country="DE", holiday_region="BY", holidays_worked=["Epiphany", "Christmas Day"])
    assert holidays.closed_dates(page, *CHRISTMAS) == {date(2026, 12, 26), date(2027, 1, 1)}
    assert holidays.closed_dates(None, *CHRISTMAS) == frozenset()
    assert holidays.closed_dates(SchedulingPage(), *CHRISTMAS) == frozenset()


def test_the_library_is_not_loaded_for_hosts_who_have_chosen_no_country() -> None:
    program = """
import sys, django
from datetime import date
django.setup()
from sivient.scheduling import holidays, queries
assert holidays.holidays_of("", "", date(2026, 1, 1), date(2026, 12, 31)) == {}
sys.exit("holidays" in sys.modules)
"""
    environment = {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": ":".join(sys.path)}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True, timeout=60)
