"""The parts of the event page that repeat dozens of times, as HTML.

The template language would spend most of the page's time on them. Whatever strangers can choose is escaped here.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from html import escape

from django.utils.safestring import SafeString

from sivient.booking.pages import Cell, EventTimes, FreeTime
from sivient.booking.preferences import Preferences
from sivient.site import zones


def zone_options(now: datetime, look: Preferences, other: str, *, everything: bool) -> SafeString:
    """Return the options of the zone select; the chosen zone and the `other` one are always among them."""
    quarter = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)  # clocks change on a quarter
    return _zone_options(quarter, look.zone, other, everything)


def weeks(times: EventTimes, query: str) -> SafeString:
    """Return the rows of the calendar; a day with free times is a link that carries `query`."""
    carried = escape(query)
    rows = ("".join(_cell(cell, carried) for cell in week) for week in times.weeks)
    return SafeString("".join(f"<tr>{row}</tr>" for row in rows))


def slots(free: Iterable[FreeTime], confirm: str, query: str) -> SafeString:
    """Return the items of a list of free times: links to `confirm` that carry `query`."""
    carried = escape(query)
    return SafeString("".join(_slot(time, escape(confirm), carried) for time in free))


@lru_cache(maxsize=128)
def _zone_options(quarter: datetime, chosen: str, other: str, everything: bool) -> SafeString:
    return SafeString(
        "".join(
            f'<option value="{escape(name)}"{" selected" if name == chosen else ""}>{escape(label)}</option>'
            for name, label in zones.choices(quarter, chosen, other, everything=everything)
        )
    )


def _cell(cell: Cell, query: str) -> str:
    begins = '<td class="today">' if cell.today else "<td>"
    month = f' data-month="{cell.month}"' if cell.month else ""
    if not cell.free:
        number = f'<span aria-hidden="true">{cell.day.day}</span>'
        return f'{begins}<span{month}><span class="vh">{cell.label}</span>{number}</span></td>'
    chosen = ' aria-current="true"' if cell.chosen else ""
    href = f"?date={cell.iso}&amp;{query}#times"
    bar = f'<i class="bar n{cell.bar}"></i>'
    return (
        f'{begins}<a{month} href="{href}" data-date="{cell.iso}"{chosen} aria-label="{cell.label}">'
        f"{cell.day.day}{bar}</a></td>"
    )


def _slot(time: FreeTime, confirm: str, query: str) -> str:
    half = f"<small>{time.half}</small>" if time.half else ""
    return f'<li><a class="slot" href="{confirm}?at={time.at}&amp;{query}">{time.time}{half}</a></li>'
