"""The lines of a file: how many it may have, how deep, how long, and where it begins and ends."""

import pytest

from sivient.core.ical_lines import LONGEST_LINE, MOST_LINES, NotACalendar, components, read_line, unfolded

EVENT = ["BEGIN:VEVENT", "UID:one@x", "END:VEVENT"]
DEEPEST = 19


def names(lines: list[str]) -> list[str]:
    """Return the names of the components of a calendar with these lines."""
    return [each.name for each in components(["BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR"])]


def test_a_file_may_begin_with_a_mark_of_its_encoding_and_end_its_lines_with_blanks() -> None:
    lines = ["\ufeffBEGIN:VCALENDAR ", "VERSION:2.0", "begin:vevent\t", "UID:one@x", "End:VEvent ", "END:VCALENDAR"]
    event, own = components(lines)
    assert (event.name, event.raw) == ("VEVENT", ("UID:one@x",))
    assert (own.name, own.raw) == ("VCALENDAR", ("VERSION:2.0",))


def test_what_is_inside_an_event_is_none_of_its_own_and_what_is_inside_a_zone_is() -> None:
    alarm = ["BEGIN:VALARM", "UID:other@x", "DURATION:PT5M", "END:VALARM"]
    inside = ["BEGIN:VEVENT", *alarm, "UID:one@x", "END:VEVENT"]
    zone = ["BEGIN:VTIMEZONE", "TZID:Ours", "BEGIN:STANDARD", "X-OWN:1", "END:STANDARD", "END:VTIMEZONE"]
    task = ["BEGIN:VTODO", "UID:task@x", "END:VTODO"]
    kept = {
        each.name: each.raw for each in components(["BEGIN:VCALENDAR", "A:1", *inside, *task, *zone, "END:VCALENDAR"])
    }
    assert kept == {"VEVENT": ("UID:one@x",), "VTIMEZONE": tuple(zone[1:-1]), "VCALENDAR": ("A:1",)}


@pytest.mark.parametrize(("more", "whole"), [(0, True), (1, False)])
def test_a_file_may_be_19_components_deep_and_no_deeper(more: int, whole: bool) -> None:
    inner = DEEPEST - 1 + more
    lines = [*["BEGIN:X"] * inner, *["END:X"] * inner]
    if whole:
        assert names([*lines, *EVENT]) == ["VEVENT", "VCALENDAR"]
    else:
        with pytest.raises(NotACalendar, match="not a whole iCalendar file"):
            names(lines)


@pytest.mark.parametrize(("first", "last"), [("BEGIN:VEVENT", "END:VEVENT"), ("BEGIN:VTIMEZONE", "END:VTIMEZONE")])
def test_a_component_may_have_so_many_lines_and_no_more(first: str, last: str) -> None:
    most = ["UID:x"] * (MOST_LINES - 1)
    assert len(names([first, *most, last])) == 2
    with pytest.raises(NotACalendar):
        names([first, *most, "UID:x", last])


def test_a_calendar_may_have_so_many_lines_of_its_own_and_no_more() -> None:
    assert names(["X:1"] * (MOST_LINES - 2)) == ["VCALENDAR"]
    with pytest.raises(NotACalendar):
        names(["X:1"] * (MOST_LINES - 1))


@pytest.mark.parametrize(
    "lines",
    [
        ["END:VCALENDAR"],
        ["BEGIN:VCALENDAR", "END:VCALENDAR"],
        ["BEGIN:VCALENDAR", "A:1", "BEGIN:VEVENT", "END:VTODO", "END:VCALENDAR"],
        ["BEGIN:VCALENDAR", "A:1", "END:VCALENDAR", "B:1"],
    ],
)
def test_what_ends_before_it_begins_or_as_something_else_is_no_whole_file(lines: list[str]) -> None:
    with pytest.raises(NotACalendar):
        list(components(lines))


def test_of_a_line_that_is_too_long_only_the_beginning_is_kept() -> None:
    part = " " + "x" * 999
    (whole,) = unfolded(["UID:", *[part] * 200])
    assert len(whole) == LONGEST_LINE
    assert list(unfolded(["A:1\r\n", " \r\n", "\tB \n", "X"])) == ["A:1B ", "X"]


def test_names_are_read_in_capitals_and_values_without_their_quotes() -> None:
    line = read_line('dtstart;tzid="X/Y";Value=DATE-TIME: 20261210T090000 ')
    assert (line.name, line.parameters) == ("DTSTART", {"TZID": "X/Y", "VALUE": "DATE-TIME"})
    assert line.value == "20261210T090000"
    assert (read_line("rrule").name, read_line("rrule").value) == ("RRULE", "")
    assert (read_line("?").name, dict(read_line("?").parameters)) == ("", {})
    assert read_line("UID:a:b").value == "a:b"
