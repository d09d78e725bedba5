"""The access log: the route instead of the path, so that no secret link and no prefilled name is written down."""

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

log = logging.getLogger("sivient.access")


class AccessLog:
    """Middleware that writes one line per request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer and write the line."""
        begun = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        fields = {
            "method": request.method if request.method in ("GET", "HEAD", "POST") else "other",
            "route": match.route if match else "-",
            "status": response.status_code,
            "ms": round((time.perf_counter() - begun) * 1000, 1),
        }
        log.info("request", extra=fields)
        return response
