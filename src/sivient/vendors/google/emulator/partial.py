"""Partial answers: `fields=nextPageToken,items(id,start)` leaves out what it does not name, as at all Google APIs."""

import re
from typing import Any

from sivient.vendors.google.emulator.errors import invalid

TOKEN = re.compile(r"[A-Za-z*]+|[(),/]")
Wanted = dict[str, "Wanted"]
"""What is kept of an object; an empty one keeps all of it."""


def only(body: Any, selector: str) -> Any:
    """Return what the selector names of an answer. ApiError: it makes no sense."""
    tokens = TOKEN.findall(selector)
    wanted = _list(tokens)
    whole = selector.count("(") == selector.count(")") and "".join(TOKEN.findall(selector)) == selector
    if tokens or not whole:
        raise invalid(f"Invalid field selection {selector}", "fields")
    return _kept(body, wanted)


def _list(tokens: list[str]) -> Wanted:
    wanted: Wanted = {}
    while tokens and tokens[0] not in "(),/":
        name, inner = tokens.pop(0), wanted
        while tokens and tokens[0] == "/":
            tokens.pop(0)
            inner = inner.setdefault(name, {})
            name = tokens.pop(0) if tokens else ""
        inner[name] = {}
        if tokens and tokens[0] == "(":
            tokens.pop(0)
            inner[name] = _list(tokens)
            if not tokens or tokens.pop(0) != ")":
                return wanted
        if not tokens or tokens[0] != ",":
            return wanted
        tokens.pop(0)
    return wanted


def _kept(body: Any, wanted: Wanted) -> Any:
    if not wanted or "*" in wanted:
        return body
    if isinstance(body, list):
        return [_kept(each, wanted) for each in body]
    if not isinstance(body, dict):
        return body
    return {name: _kept(value, wanted[name]) for name, value in body.items() if name in wanted}
