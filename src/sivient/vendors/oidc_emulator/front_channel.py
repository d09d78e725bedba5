"""The authorization endpoint: a browser comes, chooses an account or cancels, and goes back with an answer."""

import httpx

from sivient.vendors.oidc_emulator import pages
from sivient.vendors.oidc_emulator.authorization import AuthorizationRequest, check_way_back, way_back
from sivient.vendors.oidc_emulator.errors import NoWayBack, OAuthError
from sivient.vendors.oidc_emulator.provider import Provider
from sivient.vendors.oidc_emulator.requests import form_of
from sivient.vendors.oidc_emulator.vendor import Person

DENY = "deny"


def answer(provider: Provider, request: httpx.Request, audience: str) -> httpx.Response:
    """Show the account chooser, or send the browser back with the choice.

    The choice comes from the chooser's form (`person`), or for tests from the address (`auto`); it is a person's
    key, or `deny`. Where the vendor has tick boxes, a second form asks for them (`allowed`); for tests the address
    says what is not ticked (`untick`, several times).
    """
    params = request.url.params.remove("auto").remove("untick")
    provider.last_request = dict(params)
    people = {person.key: person for person in provider.vendor.people(audience)}
    form = form_of(request) if request.method == "POST" else {}
    choice = form.get("person") if request.method == "POST" else request.url.params.get("auto")
    try:
        redirect_uri = check_way_back(params, provider.client)
        if choice not in (None, DENY, *people):
            raise NoWayBack("unknown_person", f"There is no such account here: {choice}")
    except NoWayBack as error:
        return pages.refusal(provider.vendor.look, error)
    try:
        asked = AuthorizationRequest.read(params, provider.vendor.scopes)
        if choice == DENY:
            raise provider.vendor.declined()
    except OAuthError as error:
        return _back(redirect_uri, params.get("state"), error)
    if choice is None:
        return pages.chooser(provider.vendor.look, provider.client.name, people.values(), asked.scopes)
    boxes = provider.vendor.tick_boxes(asked.scopes)
    if request.method == "POST" and boxes and "asked" not in form:
        return pages.consent(provider.vendor.look, provider.client.name, people[choice], boxes)
    refused = set(request.url.params.get_list("untick")) if request.method == "GET" else boxes.keys() - form.keys()
    return _signed_in(provider, people[choice], asked.without(refused & boxes.keys()))


def _signed_in(provider: Provider, person: Person, asked: AuthorizationRequest) -> httpx.Response:
    code = provider.grants.give_code(person.key, asked, now=provider.now())
    extras = provider.vendor.callback_extras(person, asked.scopes)
    return _redirect(way_back(asked.redirect_uri, code=code, state=asked.state, **extras))


def _back(redirect_uri: str, state: str | None, error: OAuthError) -> httpx.Response:
    """Send the browser back with a refusal (RFC 6749 4.1.2.1)."""
    described = error.description or None
    return _redirect(way_back(redirect_uri, error=error.error, error_description=described, state=state))


def _redirect(address: str) -> httpx.Response:
    return httpx.Response(302, headers={"Location": address, "Cache-Control": "no-store"})
