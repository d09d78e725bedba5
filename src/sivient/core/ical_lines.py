"""The lines of an iCalendar file (RFC 5545 3.1), one component at a time: of a file of any size little is in memory.

Of an event only those lines are kept that say when it is and whether it takes time: nothing here knows a title.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

LONGEST_LINE = 100_000  # characters of an unfolded line; what comes after is not kept
MOST_LINES = 20_000  # of one component
_VALUE = r'(?:"[^"]*"|[^";:,]*)'
_LINE = re.compile(rf"([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+={_VALUE}(?:,{_VALUE})*)*):(.*)", re.DOTALL)
_PARAMETER = re.compile(r';([A-Za-z0-9-]+)=("[^"]*"|[^";:,]*)')
_NAME = re.compile(r"[A-Za-z0-9-]+")
_COMPONENT = re.compile(r"[A-Z][A-Z0-9-]*")
# Some programs write zones like "(UTC+01:00) Amsterdam, Berlin" without the quotes, or put blanks between the parts.
_LOOSE = re.compile(r"([A-Za-z-]+)\s*((?:;.*)?):\s*(\d{4}-?\d\d-?\d\d(?:\D.*)?)", re.DOTALL)
_BREAK = re.compile(r"\r\n|\n|\r")
_TIMES = frozenset(("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"))
_LOOSELY = _TIMES - {"DURATION", "RRULE"}
_WANTED = _TIMES | {"UID", "SEQUENCE", "STATUS", "TRANSP", "ATTENDEE"}


class NotACalendar(ValueError):
    """The text is no iCalendar file, or not a whole one."""


@dataclass(frozen=True, slots=True)
class Line:
    """One property: its name in capitals, the first value of each parameter, and its value as it stands there."""

    name: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    value: str = ""


@dataclass(frozen=True, slots=True)
class Component:
    """A component of a calendar, "VEVENT" or "VTIMEZONE". `raw` are its unfolded lines, without those around them."""

    name: str
    raw: tuple[str, ...]

    def lines(self) -> Iterator[Line]:
        """Yield what can be read of it; a line that makes no sense has only its name."""
        return map(read_line, self.raw)


def read_line(raw: str) -> Line:
    """Read one unfolded line."""
    found = _LINE.fullmatch(raw)
    name = (_NAME.match(raw) or ("",))[0].upper()
    if name in _LOOSELY and not (found and found[3].strip()[:4].isdecimal()):
        return _read_loosely(name, raw)
    if found is None:
        return Line(name)
    parameters = {name.upper(): value.strip('"') for name, value in _PARAMETER.findall(found[2])}
    return Line(found[1].upper(), parameters, found[3].strip())


def _read_loosely(name: str, raw: str) -> Line:
    """Read a line with times whose parameters break the rules: its value is what follows the last colon before one."""
    found = _LOOSE.fullmatch(raw)
    if found is None:
        return Line(name)
    parts = (part.partition("=") for part in found[2].split(";"))
    parameters = {key.strip().upper(): value.strip(' \t"') for key, _, value in parts}
    return Line(name, parameters, found[3].strip())


def text_lines(text: str) -> list[str]:
    """Return the lines of a text. What else Unicode calls the end of a line (U+2028, form feed) may be in a title."""
    return _BREAK.split(text)


def unfolded(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines as they were before they were folded; empty ones, which no calendar should have, not at all."""
    whole = ""
    for line in lines:
        line = line.rstrip("\r\n")
        if line[:1] in (" ", "\t"):
            if len(whole) < LONGEST_LINE:
                whole += line[1:]
            continue
        if whole:
            yield whole[:LONGEST_LINE]
        whole = line
    if whole:
        yield whole[:LONGEST_LINE]


def components(lines: Iterable[str]) -> Iterator[Component]:
    """Yield the events and time zones of a file as they come. The calendar's own lines come as "VCALENDAR" at its end.

    NotACalendar, at the latest after the last of them: it does not begin like one, or was cut off.
    """
    open_: list[str] = []
    own: list[str] = []
    inner: list[str] = []
    for line in unfolded(lines):
        name, value = _boundary(line)
        if name == "BEGIN":
            open_.append(value)
            _require(open_[0] == "VCALENDAR" and len(open_) < 20)
            if len(open_) == 2:
                inner = []
            elif len(open_) > 2 and open_[1] == "VTIMEZONE":
                inner.append(line)
        elif name == "END":
            _require(bool(open_) and open_.pop() == value)
            if len(open_) == 1 and value in ("VEVENT", "VTIMEZONE"):
                yield Component(value, tuple(inner))
            elif not open_:
                yield Component("VCALENDAR", tuple(own))
            elif open_[1:2] == ["VTIMEZONE"]:
                inner.append(line)
        else:
            _require(bool(open_))
            _keep(line, open_, own, inner)
    _require(not open_ and bool(own))


def _boundary(line: str) -> tuple[str, str]:
    """Return BEGIN or END, and of what; two empty texts for any other line, such as "End: 5 pm" in a broken title."""
    name, _, value = line.partition(":")
    name, value = name.upper().lstrip("\ufeff"), value.rstrip().upper()
    return (name, value) if name in ("BEGIN", "END") and _COMPONENT.fullmatch(value) else ("", "")


def _keep(line: str, open_: list[str], own: list[str], inner: list[str]) -> None:
    if len(open_) == 1:
        own.append(line)
        _require(len(own) < MOST_LINES)
    elif open_[1] == "VTIMEZONE" or (open_[1:] == ["VEVENT"] and _wanted(line)):
        inner.append(line)
        _require(len(inner) < MOST_LINES)


def _wanted(line: str) -> bool:
    name = _NAME.match(line)
    return name is not None and name[0].upper() in _WANTED


def _require(fine: bool) -> None:
    if not fine:
        raise NotACalendar("this is not a whole iCalendar file")
