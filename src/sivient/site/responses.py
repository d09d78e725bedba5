"""Kinds of answers that pages of several rooms give."""

from typing import TypeVar

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.cache import patch_cache_control, patch_vary_headers

Response = TypeVar("Response", bound=HttpResponse)


class SeeOther(HttpResponseRedirect):
    """303: the form has done its work, the outcome is at another address; a reload sends nothing again."""

    status_code = 303


def personal(response: Response) -> Response:
    """Mark a page that looks different for each guest: it may be kept by nobody without asking again."""
    patch_vary_headers(response, ("Cookie", "Accept-Language"))
    patch_cache_control(response, private=True, no_cache=True)
    return response


def secret(response: Response) -> Response:
    """Mark a page whose address is the key to it: kept by nobody, found by no search engine."""
    patch_cache_control(response, private=True, no_store=True)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
