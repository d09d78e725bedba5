"""One request of a browser: who is signed in, what the form says, and the answers to give."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from importlib import resources
from urllib.parse import parse_qsl, quote

import httpx

from sivient.vendors.zoom.emulator.markup import NOTHING, Html, html
from sivient.vendors.zoom.emulator.people import ZoomUser
from sivient.vendors.zoom.emulator.records import Session
from sivient.vendors.zoom.emulator.world import World

COOKIE = "zoom_emulated_session"  # its own name: cookies do not tell ports of one host apart
SESSIONS_KEPT = 200
STYLE = Html(resources.files(__package__).joinpath("page.css").read_text("utf-8"))
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'"

LAYOUT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title} - Emulated Zoom</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<link rel="icon" href="data:,"><style>{style}</style></head>
<body><header class="top"><a class="brand" href="/">Emulated Zoom</a>
<nav aria-label="Main"><a href="/"{at_overview}>Overview</a><a href="/meetings"{at_meetings}>Meetings</a>
<a href="/user/installed"{at_apps}>Installed apps</a><a href="/break"{at_break}>Break Zoom</a></nav>{who}</header>
<main class="{width}">{body}</main>
<footer class="foot">This is not Zoom, but a stand-in for trying things out. Nothing here reaches zoom.us.</footer>
</body></html>"""

SIGNED_IN = """<form class="who" method="post" action="/signout">{token}<span>{name}</span>
<button class="btn plain">Sign out</button></form>"""
SIGNED_OUT = """<div class="who"><a href="/signin?next={next}">Sign in</a></div>"""


class Visit:
    """A request to a page. A session begins only when a page needs one."""

    def __init__(self, request: httpx.Request, world: World) -> None:
        self._world = world
        self.request = request
        self.path = request.url.path
        self.target = request.url.raw_path.decode("ascii")
        self.method = request.method
        self.query = dict(request.url.params)
        self.form = _form(request)
        self._session = world.store.sessions.get(_cookie(request))
        self._is_new = False

    @property
    def user(self) -> ZoomUser | None:
        """The Zoom user who is signed in, or None."""
        return self._world.people.find(self._session.user_key) if self._session else None

    @property
    def is_trusted(self) -> bool:
        """Whether the form carries the token of this browser's session."""
        given = self.form.get("token", "")
        return self._session is not None and hmac.compare_digest(given.encode(), self._session.form_token.encode())

    def token_field(self) -> Html:
        """Return the hidden field that every form needs; begins a session."""
        return html('<input type="hidden" name="token" value="{value}">', value=self._begin().form_token)

    def sign_in(self, user: ZoomUser | None) -> None:
        """Sign a user in, or out with None; the session gets a new id."""
        if self._session:
            self._world.store.sessions.drop(self._session.id)
        self._session = None
        session = self._begin()
        session.user_key = user.key if user else ""
        self._world.store.sessions.put(session.id, session)

    def page(self, title: str, body: Html, *, status: int = 200, narrow: bool = False) -> httpx.Response:
        """Return a page with the frame around `body`."""
        here = {f"at_{name}": self._current(path) for name, path in _PLACES.items()}
        text = html(
            LAYOUT,
            title=title,
            style=STYLE,
            body=body,
            who=self._who(),
            width="narrow" if narrow else "wide",
            **here,
        )
        headers = {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer"}
        return self._finish(httpx.Response(status, html=text, headers=headers | {"Cache-Control": "no-store"}))

    def go(self, location: str, *, status: int = 303) -> httpx.Response:
        """Return a redirect."""
        return self._finish(httpx.Response(status, headers={"Location": location}))

    def go_to_sign_in(self) -> httpx.Response:
        """Send the person to the chooser and then back here."""
        return self.go(f"/signin?next={quote(self.target, safe='')}")

    def _begin(self) -> Session:
        if self._session is None:
            sessions = self._world.store.sessions
            self._session = Session(secrets.token_urlsafe(24), secrets.token_urlsafe(24))
            sessions.put(self._session.id, self._session)
            self._is_new = True
            while len(sessions) > SESSIONS_KEPT:
                sessions.drop(next(iter(sessions)).id)
        return self._session

    def _finish(self, response: httpx.Response) -> httpx.Response:
        if self._is_new and self._session:
            response.headers["Set-Cookie"] = f"{COOKIE}={self._session.id}; Path=/; HttpOnly; SameSite=Lax"
        return response

    def _current(self, path: str) -> Html:
        return Html(' aria-current="page"') if self.path == path else NOTHING

    def _who(self) -> Html:
        if self.user:
            return html(SIGNED_IN, token=self.token_field(), name=self.user.name)
        if self.path in ("/signin", "/oauth/authorize") or self.path.startswith("/j/"):
            return NOTHING
        return html(SIGNED_OUT, next=quote(self.target, safe=""))


_PLACES = {"overview": "/", "meetings": "/meetings", "apps": "/user/installed", "break": "/break"}


def _form(request: httpx.Request) -> Mapping[str, str]:
    if request.method != "POST":
        return {}
    return dict(parse_qsl(request.content.decode("utf-8", "replace"), keep_blank_values=True))


def _cookie(request: httpx.Request) -> str:
    try:
        cookies = SimpleCookie(request.headers.get("Cookie", ""))
    except CookieError:
        return ""
    return cookies[COOKIE].value if COOKIE in cookies else ""
