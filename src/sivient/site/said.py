"""What just happened, said once: the view that did it leaves a sentence for the page it leads to.

It waits in the session, so that no address claims a success that was not.
"""

import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

FRESH = 60  # seconds in which the next page has to be opened
_KEY = "said"


def redirect_saying(request: HttpRequest, address: str, sentence: str) -> HttpResponse:
    """Lead to a page of ours (its path) that says the sentence once."""
    request.session[_KEY] = [address, sentence, int(time.time())]
    return redirect(address)


def take(request: HttpRequest) -> str:
    """Return the sentence that waits for this page, or ""; the answer to a form never has one."""
    if _KEY not in request.session or request.method == "HEAD":
        return ""
    address, sentence, since = request.session.pop(_KEY)
    is_for_this = request.method == "GET" and address == request.path and time.time() - since < FRESH
    return str(sentence) if is_for_this else ""
