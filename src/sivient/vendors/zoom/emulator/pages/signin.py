"""The chooser of Zoom users. There are no passwords: everybody here is made up."""

from __future__ import annotations

import httpx

from sivient.vendors.zoom.emulator.markup import html
from sivient.vendors.zoom.emulator.pages.visit import Visit
from sivient.vendors.zoom.emulator.pages.wording import defaults_of, type_tag
from sivient.vendors.zoom.emulator.world import World

CHOOSER = """<div class="head"><h1>Choose a Zoom user</h1>
<p class="muted">Everybody here is made up, so there is no password.</p></div>
<form class="people" method="post" action="/signin">{token}
<input type="hidden" name="next" value="{next}">{people}</form>"""
PERSON = """<button class="person" name="user" value="{key}"><strong>{name}</strong>{tag}
<span class="rest small muted">{email}, {account}</span><span class="rest small muted">{defaults}</span></button>"""


def show(world: World, visit: Visit) -> httpx.Response:
    """Show the people to choose from."""
    people = [
        html(
            PERSON,
            key=user.key,
            name=user.name,
            email=user.email,
            account=f"{user.account.name} ({user.account.plan} account)",
            tag=type_tag(user),
            defaults=defaults_of(user),
        )
        for user in world.people
    ]
    following = _local(visit.query.get("next", "/"))
    body = html(CHOOSER, token=visit.token_field(), next=following, people=people)
    return visit.page("Choose a Zoom user", body, narrow=True)


def choose(world: World, visit: Visit) -> httpx.Response:
    """Sign the chosen person in and go on."""
    user = world.people.find(visit.form.get("user", ""))
    if user is None:
        return visit.go("/signin")
    visit.sign_in(user)
    return visit.go(_local(visit.form.get("next", "/")))


def leave(world: World, visit: Visit) -> httpx.Response:
    """Sign out."""
    visit.sign_in(None)
    return visit.go("/")


def _local(target: str) -> str:
    """Return a path of this server, whatever was asked for."""
    safe = target.startswith("/") and not target.startswith("//") and "\\" not in target
    return target if safe and target.isprintable() else "/"
