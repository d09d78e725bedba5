"""Addresses of event types: each leads where it led, as long as that can be booked."""

from dataclasses import replace

import pytest

from sivient.accounts.models import User
from sivient.scheduling import queries
from sivient.scheduling.drafts import EventTypeDraft
from sivient.scheduling.event_types import SlugTaken, delete_event_type, save_event_type
from sivient.scheduling.models import EventType
from tests.factories import make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
CALL = EventTypeDraft(title="Call", minutes=30)


@pytest.fixture
def moved() -> EventType:
    """An event type that was at /x and is at /y."""
    made = make_event_type(make_host(platform="phone"), slug="x", title="Moved")
    return rename(made, "y")


def rename(event_type: EventType, slug: str) -> EventType:
    return save_event_type(event_type.host, replace(CALL, title="Moved", slug=slug), event_type)


def leads_to(host: User, slug: str) -> EventType | None:
    return queries.event_type(str(host.handle), slug) or queries.former_event_type(str(host.handle), slug)


def test_a_former_address_leads_to_the_event_type(moved: EventType) -> None:
    handle = str(moved.host.handle)
    assert queries.event_type(handle, "x") is None
    assert queries.former_event_type(handle.upper(), "x") == moved
    assert leads_to(rename(moved, "z").host, "x") == leads_to(moved.host, "y") == moved


def test_no_other_event_type_may_take_a_former_address(moved: EventType) -> None:
    """A guest who kept the link would book something else."""
    other = make_event_type(moved.host, slug="other")
    with pytest.raises(SlugTaken, match="“Moved”"):
        rename(other, "x")
    with pytest.raises(SlugTaken, match="Another of your event types"):
        rename(other, "y")
    other.refresh_from_db()
    assert other.slug == "other"
    assert leads_to(moved.host, "x") == moved


def test_an_event_type_may_go_back_to_its_own_former_address(moved: EventType) -> None:
    back = rename(moved, "x")
    assert list(back.former_slugs.values_list("slug", flat=True)) == ["y"]
    assert leads_to(moved.host, "x") == leads_to(moved.host, "y") == moved
    assert list(rename(back, "x").former_slugs.values_list("slug", flat=True)) == ["y"]


def test_an_address_made_from_the_title_is_one_that_leads_nowhere_yet(moved: EventType) -> None:
    assert save_event_type(moved.host, replace(CALL, title="X")).slug == "x-2"
    assert save_event_type(moved.host, replace(CALL, title="Y")).slug == "y-2"
    assert save_event_type(moved.host, replace(CALL, title="日本")).slug == "30min"


def test_nothing_said_of_the_address_leaves_it(moved: EventType) -> None:
    assert rename(moved, "").slug == "y"


def test_two_hosts_may_have_one_address(moved: EventType) -> None:
    assert save_event_type(make_event_type().host, replace(CALL, slug="y")).slug == "y"


@pytest.mark.parametrize("fields", [{"active": False}, {"hidden": True}])
def test_no_address_leads_to_what_is_switched_off_or_hidden(moved: EventType, fields: dict[str, bool]) -> None:
    EventType.objects.filter(pk=moved.pk).update(**fields)
    assert leads_to(moved.host, "x") is leads_to(moved.host, "y") is None
    assert queries.event_types(moved.host) == []


def test_a_deleted_event_type_leaves_its_addresses_to_others(moved: EventType) -> None:
    host = moved.host
    other = make_event_type(host, slug="other")
    delete_event_type(host, moved)
    assert leads_to(host, "x") is None
    assert leads_to(host, rename(rename(other, "x"), "y").slug) == other
