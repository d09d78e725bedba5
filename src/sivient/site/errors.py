"""Error pages: what happened, what it means, one way on; no detail. None of them needs the database."""

import logging
import secrets
import sys
from datetime import timedelta
from urllib.parse import quote

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

logger = logging.getLogger(__name__)
DATABASE_BREAK = timedelta(seconds=30)  # when a browser or a vendor may ask again; restarts are over by then


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: a request that no page or form of ours makes."""
    return _page(request, 400, "This request could not be read", "Go back and try again, or begin anew.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: signed in, but not for this."""
    return _page(request, 403, "This page is not for your account", "Sign in with the account that it belongs to.")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a missing or old form token. The way on leads back to the form, if it was one of ours."""
    sentence = "The page was open for a long time, so the form was not accepted. Nothing was changed: send it again."
    came_from = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
    way_on = (came_from, "Open the form again") if ours else None
    return _page(request, 403, "This form is too old", sentence, way_on)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404. The same words for what never was, what is hidden and what is over: they tell nobody which."""
    sentence = "Check the address, or ask the person who sent it to you for a new one."
    return _page(request, 404, "There is nothing at this address", sentence)


def wrong_method(request: HttpRequest) -> HttpResponse:
    """405: an address opened that only takes a form, or a form sent to one that takes none. `Allow` is the view's."""
    sentence = "It works only through a button or a link on the page before it, and nothing was changed."
    return _page(request, 405, "This address cannot be opened like this", sentence)


def too_large(request: HttpRequest) -> HttpResponse:
    """413: a body above the limit."""
    megabytes = settings.BODY_LIMIT // 2**20
    sentence = f"A form here takes up to {megabytes} MB. Nothing was saved. Go back: what you typed is still there."
    return _page(request, 413, "What you sent is too large", sentence)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 when it is the database that is away. The code on the page finds the line in the log."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        sentence = "Its database does not answer just now. Wait a minute and try again: a form sent twice books once."
        response = _failure(request, 503, "This service is away for a moment", sentence)
        response.headers["Retry-After"] = str(int(DATABASE_BREAK.total_seconds()))
        return response
    sentence = "The page could not be shown, and nothing you booked is lost. Go back and try again in a minute."
    return _failure(request, 500, "Something went wrong here", sentence)


def _failure(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    """Return a page that needs nothing that may have failed, and log its code with what is being handled."""
    reference = secrets.token_hex(4).upper()
    logger.error("page failed", extra={"reference": reference}, exc_info=True)
    href, way_on = _way_on(request)
    if request.method == "GET":
        href, way_on = request.get_full_path(), "Try again"
    context = {"title": title, "sentence": sentence, "reference": reference, "href": href, "way_on": way_on}
    return render(None, "site/failure.html", context, status=status)  # without a request nothing asks the database


def _page(
    request: HttpRequest, status: int, title: str, sentence: str, way_on: tuple[str, str] | None = None
) -> HttpResponse:
    href, words = way_on or _way_on(request)
    context = {"title": title, "sentence": sentence, "href": href, "way_on": words}
    return render(request, "site/error.html", context, status=status)


def _way_on(request: HttpRequest) -> tuple[str, str]:
    """Return the address and the words of the way on: a guest's is the page of the host."""
    match request.path.strip("/").split("/"):
        case ["schedule", handle, _, *_]:
            return f"/schedule/{quote(handle)}", "See what can be booked"
    return "/", "Go to the start page"
