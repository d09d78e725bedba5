"""Sixty-four guests who want the same time, each with a request of their own over HTTP."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx

GUESTS = 64
_HIDDEN = re.compile(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">')


def race(page: str) -> dict[str, int]:
    """Open the confirm page `page` 64 times, then post all forms at once; return how each was answered.

    `booked` counts redirects to a booking, `taken` the polite refusals, `other` anything else.
    """
    with ThreadPoolExecutor(GUESTS) as guests, httpx.Client(timeout=60.0) as browser:
        forms = list(guests.map(lambda n: _open_form(browser, page, n), range(GUESTS)))
        together = Barrier(GUESTS)
        answers = Counter(guests.map(lambda form: _post(page, form, together), forms))
    return {"guests": GUESTS, **{kind: answers.get(kind, 0) for kind in ("booked", "taken", "other")}}


def _open_form(browser: httpx.Client, page: str, number: int) -> dict[str, str]:
    form = dict(_HIDDEN.findall(browser.get(page).text))
    return form | {"name": f"Guest {number + 1}", "email": f"guest{number + 1}@crowd.example", "note": ""}


def _post(page: str, form: dict[str, str], together: Barrier) -> str:
    with httpx.Client(timeout=60.0) as guest:
        together.wait()
        status = guest.post(page.split("?")[0], data=form).status_code
    return {303: "booked", 409: "taken"}.get(status, "other")
