"""The emulator's own page, and the switches that tests and the tour press (`/__ctl/...`)."""

import json
from typing import Any

import httpx

from sivient.vendors.oidc_emulator import pages
from sivient.vendors.oidc_emulator.provider import Provider
from sivient.vendors.oidc_emulator.requests import form_of, wants_page
from sivient.vendors.oidc_emulator.tokens import Tampering

PAGES = ("/", "/connections")
"""The emulator's own page; at the second address Google has the list of applications with access."""


def answer(provider: Provider, request: httpx.Request) -> httpx.Response:
    """Show the emulator, or press one of its switches."""
    match request.method, request.url.path:
        case "GET", path if path in PAGES:
            return pages.front(provider)
        case "GET", "/__ctl/state":
            return httpx.Response(200, json=_state(provider))
        case "POST", "/__ctl/rotate-keys":
            provider.keys.rotate()
            return _done(provider, request)
        case "POST", "/__ctl/reset":
            provider.forget()
            return _done(provider, request)
        case "POST", "/__ctl/withdraw":
            return _withdraw(provider, request)
        case "POST", "/__ctl/next-token":
            return _spoil_next_token(provider, request)
    return httpx.Response(404, json={"error": "no such switch"})


def _withdraw(provider: Provider, request: httpx.Request) -> httpx.Response:
    """Take the application's access away, as a person does in the settings of the account; `person` is the key."""
    is_json = request.headers.get("Content-Type", "").startswith("application/json")
    person = str((json.loads(request.read()) if is_json else form_of(request)).get("person", ""))
    if person not in provider.vendor.everybody:
        return httpx.Response(400, json={"error": "no such person"})
    provider.grants.withdraw(person)
    return _done(provider, request)


def _spoil_next_token(provider: Provider, request: httpx.Request) -> httpx.Response:
    """Apply the wish to the next ID token, once. An empty object takes an earlier wish back."""
    try:
        provider.tampering = Tampering.from_json(json.loads(request.read()))
    except ValueError as error:
        return httpx.Response(400, json={"error": str(error)})
    return _done(provider, request)


def _done(provider: Provider, request: httpx.Request) -> httpx.Response:
    if wants_page(request):
        return httpx.Response(303, headers={"Location": "/"})
    return httpx.Response(200, json=_state(provider))


def _state(provider: Provider) -> dict[str, Any]:
    keys = (provider.keys.current, provider.keys.previous)
    return {
        "vendor": provider.vendor.look.name,
        "people": list(provider.vendor.everybody),
        "signing_keys": [key.kid for key in keys if key],
        "next_token_is_spoilt": provider.tampering != Tampering(),
        "calls": dict(provider.calls),
        "last_request": dict(provider.last_request),
        "codes_waiting": sum(not code.used for code in provider.grants.codes.values()),
        "access_tokens": len(provider.grants.access_tokens),
        "refresh_tokens": len(provider.grants.refresh_tokens),
    }
