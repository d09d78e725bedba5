"""Calendars that are called the same can be told apart wherever a host chooses among them."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from sivient.accounts.models import User
from sivient.calendars.models import Calendar
from sivient.console.calendars_names import Names
from sivient.console.calendars_rows import calendar_rows, target_choices
from sivient.console.event_types_calendar import calendar_choices
from sivient.integrations.models import Connection
from sivient.jobs.clock import database_now
from sivient.scheduling.models import EventType
from tests.console.calendaring import Vendor, connect_calendars, vendors
from tests.console.integrating import shown

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture(autouse=True)
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    with vendors(monkeypatch) as vendor:
        yield vendor


def alike(host: User) -> list[Calendar]:
    """Two calendars of one name in an account, one of that name in another vendor's, and two without a name."""
    one = connect_calendars(host, "Team", "team ", "Work", "", " ")
    Calendar.objects.filter(pk=one[1].pk).update(name="Team")
    Calendar.objects.filter(pk__in=[one[3].pk, one[4].pk]).update(name="")
    return [
        *one,
        *connect_calendars(host, "Team", vendor="microsoft"),
        *connect_calendars(host, "Team", label="b@x.example"),
    ]


def test_whatever_is_offered_has_a_name_of_its_own(host: User) -> None:
    alike(host)
    for labels in (
        [each.label for each in target_choices(host)],
        list(calendar_choices(host, EventType(host=host)).values()),
        [f"{row.whose} {line.name}" for row in calendar_rows(host, now=database_now()) for line in row.lines],
    ):
        assert len(labels) >= 7
        assert len(set(labels)) == len(labels)
        assert not any(re.search(r"^\s*\(|None", each) for each in labels)


def test_only_those_that_look_alike_bear_a_number_and_keep_it(host: User) -> None:
    found = alike(host)
    names = Names(host)
    told = ["Team, no. 1", "Team, no. 2", "Work", "Calendar, no. 1", "Calendar, no. 2", "Team, no. 3", "Team"]
    assert [names.short(each) for each in Calendar.objects.order_by("pk")] == told
    assert names.full(Calendar.objects.get(pk=found[0].pk)) == "Team, no. 1 (mara@work.example)"
    Calendar.objects.filter(pk=found[2].pk).update(name="A new name")
    assert Names(host).short(Calendar.objects.get(pk=found[1].pk)) == "Team, no. 2"


def test_two_addresses_without_a_name_are_two_cards_that_say_which_is_which(host: User, browser: Client) -> None:
    where = "calendars.example"
    first, second = (connect_calendars(host, where, vendor="ics", label=secret)[0] for secret in ("one", "two"))
    Connection.objects.filter(user=host).update(label=where)
    page = unescape(shown(browser))
    assert [f"{where}, no. {number}" in page for number in (1, 2, 3)] == [True, True, False]
    choose = reverse("settings-integrations-without")
    Calendar.objects.update(blocks=True)
    answer = browser.post(choose, {"calendar": second.pk}, follow=True).content.decode()
    assert f"Bookings are taken without {where}, no. 2." in unescape(answer)
    first.refresh_from_db()
    assert first.blocks
