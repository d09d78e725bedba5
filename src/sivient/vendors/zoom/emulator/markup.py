"""HTML that is escaped unless it says that it is HTML already."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape


class Html(str):
    """Text that is HTML."""

    __slots__ = ()


def html(template: str, /, **values: object) -> Html:
    """Fill `{name}` places of a template that stands in the code; every value is escaped.

    Values that are `Html` go in as they are, lists piece by piece.
    """
    return Html(template.format_map({name: _piece(value) for name, value in values.items()}))


def together(pieces: Iterable[object]) -> Html:
    """Join pieces, escaping those that are not HTML."""
    return Html("".join(_piece(piece) for piece in pieces))


NOTHING = Html("")


def _piece(value: object) -> str:
    if isinstance(value, Html):
        return value
    if isinstance(value, list | tuple):
        return together(value)
    return escape(str(value))
