"""The ticket: one booking in the words of one reader."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.template import Context, Template

from sivient.site.ticket import Ticket

START = datetime(2026, 11, 24, 13, tzinfo=UTC)


def ticket(**fields: Any) -> Ticket:
    """Half an hour with Mara in Berlin, read in Lisbon."""
    defaults = {
        "title": "Intro call",
        "start": START,
        "end": fields.get("start", START) + timedelta(minutes=30),
        "zone": "Europe/Lisbon",
        "clock": 24,
        "other_name": "Mara Lindqvist",
        "other_zone": "Europe/Berlin",
    }
    return Ticket(**(defaults | fields))


def test_time_and_place_are_the_readers_own() -> None:
    seen = ticket(zone="Asia/Tokyo")
    assert (seen.day, seen.starts, seen.ends) == (date(2026, 11, 24), "22:00", "22:30")
    assert seen.where_on_earth == "Tokyo, UTC+9"


def test_the_clock_is_the_readers_own() -> None:
    assert (ticket(clock=12).starts, ticket(clock=12).ends) == ("1:00 pm", "1:30 pm")


def test_the_other_side_is_named_only_when_its_clock_differs() -> None:
    assert ticket().for_other == "Tuesday 14:00"
    assert ticket(zone="Europe/Paris").for_other == ""


def test_an_end_on_another_day_says_so() -> None:
    assert ticket(start=datetime(2026, 11, 24, 23, 45, tzinfo=UTC)).ends == "00:15 on Wednesday"


def test_the_tag_shows_it_with_more_lines_and_nothing_unescaped() -> None:
    template = Template("{% ticket t %}<li>{{ more }}</li>{% endticket %}")
    html = template.render(Context({"t": ticket(title="<b>Intro</b>", off=True), "more": "<i>link</i>"}))
    assert "&lt;b&gt;Intro" in html
    assert "<li>&lt;i&gt;link" in html
    assert 'class="ticket off"' in html
    assert "For Mara Lindqvist it is Tuesday 14:00" in html


def test_the_leaf_says_the_year_of_a_day_that_is_far_away() -> None:
    def leaf(start: datetime) -> str:
        return Template("{% ticket t %}{% endticket %}").render(Context({"t": ticket(start=start)}))

    today, far = datetime.now(UTC), datetime(datetime.now(UTC).year + 2, 10, 23, 13, tzinfo=UTC)
    assert f'<span class="m">{today:%B}</span>' in leaf(today)
    assert f'<span class="m">October {far.year}</span>' in leaf(far)
