"""What goes wrong while people consent and tokens are given (rows F7 and F8 of the contract's table)."""

from collections.abc import Callable
from typing import Any

import httpx

from sivient.vendors.calendar_emulator import CalendarEmulator, Call
from sivient.vendors.oidc_emulator import OAuthError

Door = Callable[[httpx.Request], httpx.Response]
Refusal = Callable[[OAuthError], dict[str, Any]]
ADMIN = OAuthError("consent_required", "The user or administrator has not consented to use the application.")


def authorize(emulator: CalendarEmulator, request: httpx.Request, door: Door) -> httpx.Response:
    """Let a consent meet its faults, once somebody has chosen: less is granted, or an administrator is wanted."""
    if request.method != "POST" and "auto" not in request.url.params:
        return door(request)
    call = Call(request, "oauth.authorize")
    if rule := emulator.calls.strike("fewer-scopes", call):
        url = request.url.copy_set_param("scope", f"offline_access {rule.settings['scope']}")
        return door(httpx.Request(request.method, url, headers=request.headers, content=request.read()))
    if emulator.calls.strike("needs-admin", call):
        state = request.url.params.get("state", "")
        said = {"error": ADMIN.error, "error_description": f"AADSTS65001: {ADMIN.description}", "state": state}
        back = httpx.URL(request.url.params["redirect_uri"]).copy_merge_params(said)
        return httpx.Response(302, headers={"Location": str(back)})
    return door(request)


def give(emulator: CalendarEmulator, call: Call, door: Door, refusal: Refusal) -> httpx.Response:
    """Answer the token endpoint."""
    refreshing = call.route == "oauth.refresh"
    if refreshing and emulator.calls.strike("refresh-refused", call):
        return httpx.Response(400, json=refusal(OAuthError("invalid_grant", "The refresh token has expired.")))
    if emulator.calls.strike("needs-admin", call):
        return httpx.Response(400, json={**refusal(ADMIN), "error": "invalid_grant", "suberror": "consent_required"})
    response = door(call.request)
    missing = "refresh-without-token" if refreshing else "no-refresh-token"
    if response.is_success and emulator.calls.strike(missing, call):
        body = {name: value for name, value in response.json().items() if name != "refresh_token"}
        return httpx.Response(200, json=body, headers={"Cache-Control": "no-store"})
    return response
