"""The consent page at `/oauth/authorize`: Allow or Decline."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import httpx

from sivient.vendors.zoom.emulator.app import SCOPE_LABELS
from sivient.vendors.zoom.emulator.authorize import AuthorizeRequest, NotOurs, Returned, read_request
from sivient.vendors.zoom.emulator.faults import ALLOW, Call, Outcome
from sivient.vendors.zoom.emulator.markup import NOTHING, Html, html
from sivient.vendors.zoom.emulator.pages.visit import Visit
from sivient.vendors.zoom.emulator.people import ZoomUser
from sivient.vendors.zoom.emulator.world import World

CONSENT = """<section class="sheet"><div class="head"><h1>{app} wants to use your Zoom account</h1>
<p class="muted">You are {name}, {email}.</p>
<p><a href="/signin?next={here}">Use another Zoom user</a></p></div>
<h2>{app} will be able to</h2><ul class="scopes">{scopes}</ul>{again}
<form class="row grow" method="post" action="{action}">{token}
<button class="btn primary" name="decision" value="allow">Allow</button>
<button class="btn" name="decision" value="deny">Decline</button></form>
<p class="small muted">Either way you go back to {host}. You can remove {app} at any time
under Installed apps.</p></section>"""
SCOPE = "<li><strong>{label}</strong><code>{scope}</code></li>"
AGAIN = """<p class="note small">{app} is installed already. Allowing again replaces its earlier access.</p>"""
PRIVATE = """<section class="sheet"><h1>You cannot add {app}</h1>
<p>{app} is a private app of {owner}. {name} belongs to {account}, so Zoom does not let this app in.</p>
<p><a href="/signin?next={here}">Use another Zoom user</a></p></section>"""
REFUSED = """<section class="sheet"><h1>This app cannot be authorized</h1><p>{problem}</p></section>"""


def show(world: World, visit: Visit) -> httpx.Response:
    """Ask the person; `?auto=allow|deny` with `&user=` answers at once, for tests."""
    if "auto" in visit.query:
        user = world.people.find(visit.query.get("user", next(iter(world.people)).key))
        return _answer(world, visit, user, visit.query["auto"])
    return _answer(world, visit, visit.user, "")


def decide(world: World, visit: Visit) -> httpx.Response:
    """Do what the person pressed."""
    return _answer(world, visit, visit.user, visit.form.get("decision", ""))


def _answer(world: World, visit: Visit, user: ZoomUser | None, decision: str) -> httpx.Response:
    try:
        request = read_request(visit.query, world.app)
    except NotOurs as problem:
        return visit.page("Not authorized", html(REFUSED, problem=problem), status=400, narrow=True)
    except Returned as problem:
        return visit.go(problem.location, status=302)
    if user is None:
        return visit.go_to_sign_in()
    if not world.grants.may_add(user):
        return visit.page("Not authorized", _private(world, visit, user), status=403, narrow=True)
    match decision:
        case "allow":
            return _allowed(world, visit, user, request)
        case "deny":
            return visit.go(request.denied(), status=302)
        case _:
            return visit.page("Authorize", _consent(world, visit, user, request), narrow=True)


def _allowed(world: World, visit: Visit, user: ZoomUser, request: AuthorizeRequest) -> httpx.Response:
    """Go back with a code, unless a fault keeps the person here and says why."""

    def back(_: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"Location": request.allowed(world.grants, user)})

    answer = world.faults.answer(world, Call(ALLOW, user.id, visit.request), back, Outcome())
    if answer.status_code == 302:
        return visit.go(answer.headers["Location"], status=302)
    return visit.page("Not authorized", html(REFUSED, problem=answer.text), status=answer.status_code, narrow=True)


def _consent(world: World, visit: Visit, user: ZoomUser, request: AuthorizeRequest) -> Html:
    app = world.app.name
    scopes = [html(SCOPE, label=SCOPE_LABELS[scope], scope=scope) for scope in world.grants.scopes]
    installed = world.store.installed.get(user.id) is not None
    return html(
        CONSENT,
        app=app,
        name=user.name,
        email=user.email,
        here=quote(visit.target, safe=""),
        action=visit.target,
        scopes=scopes,
        again=html(AGAIN, app=app) if installed else NOTHING,
        token=visit.token_field(),
        host=urlsplit(request.redirect_uri).netloc,
    )


def _private(world: World, visit: Visit, user: ZoomUser) -> Html:
    return html(
        PRIVATE,
        app=world.app.name,
        owner=world.people.account_name(world.app.owner_account_id),
        name=user.name,
        account=user.account.name,
        here=quote(visit.target, safe=""),
    )
