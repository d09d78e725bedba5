"""Secret addresses: the only way to a hidden event type, and when they end."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sivient.accounts.gone import Gone
from sivient.accounts.models import Plan, User
from sivient.scheduling import queries
from sivient.scheduling.drafts import EventTypeDraft
from sivient.scheduling.event_types import (
    MOST_LINKS,
    EventTypeUnfit,
    add_private_link,
    remove_private_link,
    save_event_type,
)
from sivient.scheduling.models import EventType, PrivateLink
from tests.factories import NOW, make_event_type, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]
CALL = EventTypeDraft(title="Call", minutes=30)
HOUR = timedelta(hours=1)


@pytest.fixture
def hidden() -> EventType:
    """A hidden event type."""
    made = make_event_type(make_host(platform="phone"), slug="secret")
    return save_event_type(made.host, replace(CALL, hidden=True), made, now=NOW)


def standing(event_type: EventType) -> PrivateLink:
    return event_type.private_links.get(single_use=False, expires_at=None)


def test_hiding_gives_a_link_and_takes_the_event_type_off_the_page(hidden: EventType) -> None:
    assert queries.event_types(hidden.host) == []
    assert queries.event_type(str(hidden.host.handle), "secret") is None
    link = queries.private_link(standing(hidden).token, NOW)
    assert link is not None
    assert link.event_type == hidden


def test_saving_again_adds_no_second_link(hidden: EventType) -> None:
    save_event_type(hidden.host, replace(CALL, hidden=True), hidden)
    assert hidden.private_links.count() == 1


def test_the_last_standing_link_of_a_hidden_event_type_is_replaced(hidden: EventType) -> None:
    add_private_link(hidden.host, hidden, single_use=True, now=NOW)
    old = standing(hidden)
    remove_private_link(hidden.host, old)
    assert standing(hidden).token != old.token
    assert queries.private_link(old.token, NOW) is None


def test_the_last_link_of_one_that_is_not_hidden_just_goes() -> None:
    event_type = make_event_type()
    remove_private_link(event_type.host, add_private_link(event_type.host, event_type, now=NOW))
    assert event_type.private_links.count() == 0


def test_a_link_ends_when_used_or_expired(hidden: EventType) -> None:
    once = add_private_link(hidden.host, hidden, single_use=True, now=NOW)
    short = add_private_link(hidden.host, hidden, label=" For\nAda ", expires_at=NOW + HOUR, now=NOW)
    assert short.label == "For Ada"
    for link in (once, short):
        assert queries.private_link(link.token, NOW) == link
    PrivateLink.objects.filter(pk=once.pk).update(used_at=NOW)
    assert queries.private_link(once.token, NOW) is None
    assert queries.private_link(short.token, NOW + HOUR) is None
    assert queries.private_link("nobody's", NOW) is None


@pytest.mark.parametrize("closed", ["event type", "account", "plan"])
def test_no_link_leads_past_what_is_closed(hidden: EventType, closed: str) -> None:
    token = standing(hidden).token
    if closed == "event type":
        EventType.objects.filter(pk=hidden.pk).update(active=False)
    elif closed == "account":
        User.objects.filter(pk=hidden.host_id).update(closed_at=NOW)
    else:
        User.objects.filter(pk=hidden.host_id).update(plan=Plan.FREE)
    assert queries.private_link(token, NOW) is None


def test_a_link_that_has_expired_already_or_has_a_long_label_is_refused(hidden: EventType) -> None:
    with pytest.raises(EventTypeUnfit) as error:
        add_private_link(hidden.host, hidden, label="x" * 61, expires_at=NOW, now=NOW)
    assert set(error.value.problems) == {"label", "expires_at"}


def test_links_are_not_without_number(hidden: EventType) -> None:
    PrivateLink.objects.bulk_create(PrivateLink(event_type=hidden, created_at=NOW) for _ in range(MOST_LINKS))
    with pytest.raises(EventTypeUnfit):
        add_private_link(hidden.host, hidden, now=NOW)


def test_a_link_of_another_host_is_out_of_reach(hidden: EventType) -> None:
    other = make_host()
    with pytest.raises(Gone):
        remove_private_link(other, standing(hidden))
    with pytest.raises(Gone):
        add_private_link(other, hidden, now=NOW)


def test_the_link_brings_all_that_its_page_needs(hidden: EventType, django_assert_num_queries: object) -> None:
    token = standing(hidden).token
    with django_assert_num_queries(1):  # type: ignore[operator]
        link = queries.private_link(token, NOW)
        assert link is not None
        assert queries.meeting_of(link.event_type).platform == "phone"
        assert link.event_type.schedule.timezone == "Europe/Berlin"
        assert link.event_type.times_version > 0  # type: ignore[attr-defined]
