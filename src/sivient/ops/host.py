"""One public address. Whoever comes by another name is led there; cookies and sign-in belong to it alone."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

ANY_NAME = ("/healthz", "/readyz")  # supervisors ask by address


class CanonicalHost:
    """Middleware that answers requests for SIVIENT_BASE_URL's host only."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or redirect a page to the public address, or refuse what cannot be redirected."""
        asked = request.META.get("HTTP_HOST") or request.META.get("SERVER_NAME", "")
        if request.path in ANY_NAME or asked.lower() == settings.BASE_URL.partition("://")[2].lower():
            return self.get_response(request)
        if request.method in ("GET", "HEAD"):
            return HttpResponseRedirect(settings.BASE_URL + request.get_full_path())
        return HttpResponse(f"This service is at {settings.BASE_URL}.", status=400, content_type="text/plain")
