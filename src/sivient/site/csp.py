"""The content security policy: nothing but our own files, no inline styles, one inline script by its hash."""

import base64
import hashlib
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse

HEADER = "Content-Security-Policy"
# Hides the times of a first visit until the module has put them into the guest's own zone: no wrong time is painted.
ZONE_SCRIPT = "document.cookie.includes('tz=')||document.documentElement.classList.add('tzwait')"

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def policy(form_targets: Iterable[str] = ()) -> str:
    """Return the value of the header; forms may be sent to us and, by redirect, to `form_targets`."""
    zone_script = base64.b64encode(hashlib.sha256(ZONE_SCRIPT.encode()).digest()).decode()
    directives = {
        "default-src": "'none'",
        "script-src": f"'self' 'sha256-{zone_script}'",
        "style-src": "'self'",
        "font-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "form-action": " ".join(["'self'", *sorted({_origin(url) for url in form_targets})]),
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "object-src": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def form_targets(urls: Callable[[], Iterable[str]]) -> Callable[[View[P]], View[P]]:
    """Let the forms of a page end at other origins: Chromium blocks a POST that redirects to one not named.

    `urls` is asked at each answer; a host may begin with `*.`, for vendors that send people on to a subdomain.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def wrapper(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            response = view(request, *args, **kwargs)
            response.headers[HEADER] = policy(urls())
            return response

        return wrapper

    return decorate


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
