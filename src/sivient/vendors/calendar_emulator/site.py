"""Which page of the calendar for people stands at which address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from sivient.vendors.calendar_emulator.emulator import CalendarEmulator


def answer(emulator: CalendarEmulator, request: httpx.Request) -> httpx.Response | None:
    """Answer the request of a browser; None: no page stands there."""
    return None
