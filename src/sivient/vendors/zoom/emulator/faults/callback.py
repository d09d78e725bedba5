"""The way back from the consent page: number 8, and the event that is faster than the callback (23)."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import httpx

from sivient.vendors.zoom.emulator.faults.answers import what_was_done
from sivient.vendors.zoom.emulator.faults.fault import Shot

WAITS = "An administrator of your Zoom account has to approve this app first. You will be told by e-mail."


def without_state(shot: Shot) -> httpx.Response:
    """8: a code, but no state, as an install from the Marketplace has it."""
    done = shot.proceed()
    shot.did("code given, state left out")
    return _back(done, state=None)


def wrong_state(shot: Shot) -> httpx.Response:
    """8: a code with somebody else's state."""
    done = shot.proceed()
    shot.did("code given, with another state")
    return _back(done, state="another-state")


def replayed_code(shot: Shot) -> httpx.Response:
    """8: the code is one that was used already."""
    done = shot.proceed()
    code = dict(parse_qsl(urlsplit(done.headers["Location"]).query)).get("code", "")
    shot.world.grants.take_code(code)
    shot.did("code given that is used up already")
    return done


def denied(shot: Shot) -> httpx.Response:
    """8: access_denied, although the person pressed Allow."""
    query = shot.call.request.url.params
    shot.did("answered access_denied, nothing was allowed")
    back = httpx.Response(302, headers={"Location": query["redirect_uri"]})
    return _back(back, error="access_denied", error_description="The user declined.", state=query.get("state"))


def never_returns(shot: Shot) -> httpx.Response:
    """8: the person stays on a page of Zoom's."""
    shot.did("the person was kept at Zoom, nothing was allowed")
    return httpx.Response(200, text=WAITS)


def removed_before_return(shot: Shot) -> httpx.Response:
    """23: the person removed the app at once, and the event arrives before the app has stored its tokens."""
    done = shot.proceed()
    if done.is_success and shot.call.user_id:
        user = shot.world.people.get(shot.call.user_id)
        shot.world.grants.remove(user.id)
        shot.world.webhooks.deauthorized(user)
        shot.hold(shot.settings["seconds"])
    shot.did(f"{what_was_done(shot, done)}, app removed and event sent before the answer")
    return done


def _back(done: httpx.Response, **changes: str | None) -> httpx.Response:
    parts = urlsplit(done.headers["Location"])
    query = dict(parse_qsl(parts.query)) | changes
    kept = urlencode({name: value for name, value in query.items() if value is not None})
    return httpx.Response(302, headers={"Location": urlunsplit(parts._replace(query=kept))})
