"""The Installed apps page: what the user added, and Remove with a question before it."""

from __future__ import annotations

from urllib.parse import urlencode

import httpx

from sivient.vendors.zoom.emulator.app import SCOPE_LABELS
from sivient.vendors.zoom.emulator.markup import NOTHING, Html, html
from sivient.vendors.zoom.emulator.pages.visit import Visit
from sivient.vendors.zoom.emulator.pages.wording import moment_of
from sivient.vendors.zoom.emulator.people import ZoomUser
from sivient.vendors.zoom.emulator.world import World

PAGE = """<div class="head"><h1>Installed apps</h1><p class="muted">Apps that {name}, {email}, has added</p></div>
{notice}{app}"""
APP = """<section class="sheet"><div class="row apart"><div class="head"><h2>{app}</h2>
<p class="small muted">Added {added}</p></div><a class="btn danger" href="/user/installed/remove">Remove</a></div>
<ul class="scopes">{scopes}</ul></section>"""
SCOPE = "<li><strong>{label}</strong><code>{scope}</code></li>"
NONE = """<section class="sheet"><p>No apps are installed.</p>
<p class="small muted">Connect from inside {app}, or <a href="{add}">add {app} from the Marketplace</a>, which
arrives there without having been asked for.</p></section>"""
REMOVED = """<p class="note" role="status">{app} was removed. Its access has ended{told}.</p>"""
CONFIRM = """<section class="sheet"><h1>Remove {app}?</h1>
<p>{app} loses its access to the Zoom account of {name} at once. Meetings that it scheduled stay.</p>
<form class="row grow" method="post" action="/user/installed/remove">{token}
<button class="btn danger">Remove</button><a class="btn" href="/user/installed">Keep</a></form></section>"""


def show(world: World, visit: Visit) -> httpx.Response:
    """List the app if this user has it."""
    user = visit.user
    if user is None:
        return visit.go_to_sign_in()
    notice = NOTHING
    if "removed" in visit.query:
        told = f", and {world.app.name} is being told" if world.grants.published else ""
        notice = html(REMOVED, app=world.app.name, told=told)
    body = html(PAGE, name=user.name, email=user.email, notice=notice, app=_app(world, user))
    return visit.page("Installed apps", body)


def confirm(world: World, visit: Visit) -> httpx.Response:
    """Ask before removing."""
    user = visit.user
    if user is None or world.store.installed.get(user.id) is None:
        return visit.go("/user/installed")
    body = html(CONFIRM, app=world.app.name, name=user.name, token=visit.token_field())
    return visit.page(f"Remove {world.app.name}", body, narrow=True)


def remove(world: World, visit: Visit) -> httpx.Response:
    """Remove the app: tokens die and the app is told."""
    if visit.user:
        world.remove_app(visit.user.id)
    return visit.go("/user/installed?removed=1")


def _app(world: World, user: ZoomUser) -> Html:
    installed = world.store.installed.get(user.id)
    if installed is None:
        return html(NONE, app=world.app.name, add=_marketplace_link(world))
    return html(
        APP,
        app=world.app.name,
        added=moment_of(installed.added_at),
        scopes=[html(SCOPE, label=SCOPE_LABELS[s], scope=s) for s in installed.scope.split()],
    )


def _marketplace_link(world: World) -> str:
    """Return an install that the app did not begin: it comes back with a code but no state."""
    query = {
        "response_type": "code",
        "client_id": world.app.client_id,
        "redirect_uri": world.app.redirect_uris[0],
    }
    return f"/oauth/authorize?{urlencode(query)}"
