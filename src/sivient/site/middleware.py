"""What every answer carries: security headers; the limit on what we read; a page for a method that is refused."""

from collections.abc import Callable
from io import BytesIO

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from sivient.site import csp, errors

GetResponse = Callable[[HttpRequest], HttpResponse]

PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in ("browsing-topics", "camera", "display-capture", "geolocation", "microphone", "payment", "usb")
)


class Headers:
    """Adds the content security policy and the headers that Django's own middleware does not set."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with headers. A view that has set one of them knows why."""
        response = self.get_response(request)
        response.headers.setdefault(csp.HEADER, csp.policy())
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if settings.CSRF_COOKIE_NAME in response.cookies:
            # Under no-referrer a browser sends a form with `Origin: null`, which the CSRF check must refuse.
            response.headers.setdefault("Referrer-Policy", "same-origin")
        return response


class WrongMethod:
    """Gives an empty 405 a page to read: browsers show their own error otherwise. Stands innermost: adds no length."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer. The view's headers stay, `Allow` among them; HEAD gets no body."""
        response = self.get_response(request)
        if response.status_code == 405 and request.method != "HEAD" and not response.streaming and not response.content:
            page = errors.wrong_method(request)
            response.content = page.content
            response.headers["Content-Type"] = page.headers["Content-Type"]
        return response


class BodyLimit:
    """Refuses bodies that no form of ours sends: more than `settings.BODY_LIMIT` bytes."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or 413."""
        length = request.META.get("CONTENT_LENGTH") or ""
        if length.isdecimal():
            too_large = int(length) > settings.BODY_LIMIT
        else:
            too_large = "chunked" in request.headers.get("Transfer-Encoding", "") and not _read_chunks(request)
        return errors.too_large(request) if too_large else self.get_response(request)


def _read_chunks(request: HttpRequest) -> bool:
    """Give a body without a length its length, which WSGI asks for. False: there is more of it than the limit."""
    body = request.META["wsgi.input"].read(settings.BODY_LIMIT + 1)
    request.META["CONTENT_LENGTH"] = str(len(body))
    request._stream = BytesIO(body)  # where WSGIRequest reads from
    return len(body) <= settings.BODY_LIMIT
