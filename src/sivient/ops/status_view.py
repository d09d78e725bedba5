"""/status: how the installation stands, for whoever holds the operator's token."""

import base64
import binascii
import hmac

from django.conf import settings
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sivient.ops.status import as_json, product_version, status
from sivient.site.responses import secret

CHALLENGE = 'Basic realm="Sivient status", charset="UTF-8"'
ASK = "This page opens with SIVIENT_STATUS_TOKEN: as a bearer token, or as the password with any user name.\n"


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show it to people, or give it to programs. 404: the operator has set no token; 401: it is not the token."""
    if not settings.STATUS_TOKEN:
        raise Http404
    if not _may_look(request):
        refused = HttpResponse(ASK, status=401, content_type="text/plain; charset=utf-8")
        refused.headers["WWW-Authenticate"] = CHALLENGE
        return secret(refused)
    return secret(_for_programs() if _wants_json(request) else _for_people(request))


def _for_programs() -> HttpResponse:
    try:
        return JsonResponse(as_json(status()))
    except Error as error:
        reason = f"The database does not answer ({type(error).__name__})."
        return JsonResponse({"fine": False, "reason": reason}, status=503)


def _for_people(request: HttpRequest) -> HttpResponse:
    now = status()
    return render(request, "ops/status.html", {"now": now, "figures": as_json(now), "version": product_version()})


def _wants_json(request: HttpRequest) -> bool:
    if "format" in request.GET:
        return request.GET["format"] == "json"
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def _may_look(request: HttpRequest) -> bool:
    """Compare the token in constant time; both ways of giving it are compared alike."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    token = _password(given) if scheme.lower() == "basic" else given.strip() if scheme.lower() == "bearer" else ""
    return hmac.compare_digest(token.encode(), settings.STATUS_TOKEN.encode())


def _password(given: str) -> str:
    """Return the password of HTTP Basic (RFC 7617), '' when it cannot be read."""
    try:
        return base64.b64decode(given.strip(), validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""
