"""The provider's pages: account chooser, refusal, and the emulator's own front page. No script, no asset."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files

import httpx

from sivient.vendors.oidc_emulator.errors import NoWayBack
from sivient.vendors.oidc_emulator.provider import Provider
from sivient.vendors.oidc_emulator.vendor import Look, Person

STYLE = files(__package__).joinpath("page.css").read_text(encoding="utf-8")

# No form-action: Chromium applies it to the redirect that follows the chooser's form, too.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}

IN_WORDS = {
    "openid": "which account you chose",
    "profile": "your name",
    "email": "your e-mail address",
    "User.Read": "your profile",
    "Calendars.ReadWrite": "your calendars (and may change them)",
    "offline_access": "all of that while you are away",
}


def chooser(look: Look, app: str, people: Iterable[Person], scopes: Sequence[str]) -> httpx.Response:
    """Ask which account to go on with. The form goes back to the same address."""
    rows = "".join(
        f'<li><button class="person" name="person" value="{escape(person.key)}">{_who(person)}</button></li>'
        for person in people
    )
    asks = [words for scope, words in IN_WORDS.items() if scope in scopes]
    asks += [scope for scope in scopes if scope not in IN_WORDS and "/auth/calendar" not in scope]
    return page(
        look,
        "Choose an account",
        f"""<main><form method="post" class="sheet">
<div class="head"><p class="vendor">{escape(look.name)}</p><h1>Choose an account</h1>
<p class="muted">to continue to {escape(app)}</p></div>
<ul class="people">{rows}</ul>
<div class="foot"><p class="small muted">{escape(app)} will see {escape(_in_a_row(asks))}.</p>
<button class="btn" name="person" value="deny">Cancel</button></div>
</form></main>""",
    )


def consent(look: Look, app: str, person: Person, boxes: Mapping[str, str]) -> httpx.Response:
    """Ask what the application may do. A box that is not ticked is not allowed; the form goes to the same address."""
    rows = "".join(
        f'<li><label class="box"><input type="checkbox" name="{escape(scope)}" checked>'
        f'<span class="who">{escape(words)}<span class="small muted">{escape(scope)}</span></span></label></li>'
        for scope, words in boxes.items()
    )
    return page(
        look,
        "Allow access",
        f"""<main><form method="post" class="sheet">
<div class="head"><p class="vendor">{escape(look.name)}</p><h1>{escape(app)} wants access to your account</h1>
<p class="muted">{escape(person.email or person.name)}</p></div>
<ul class="people">{rows}</ul><input type="hidden" name="asked" value="yes">
<div class="foot"><button class="btn" name="person" value="deny">Cancel</button>
<button class="btn" name="person" value="{escape(person.key)}">Allow</button></div>
</form></main>""",
    )


def refusal(look: Look, error: NoWayBack) -> httpx.Response:
    """Tell the person that the application asked wrongly; there is no address to go back to."""
    return page(
        look,
        "Access blocked",
        f"""<main><div class="sheet"><div class="head"><p class="vendor">{escape(look.name)}</p>
<h1>Access blocked: this request is not valid</h1>
<p>{escape(error.description)}</p>
<p class="small bad">Error {error.status}: {escape(error.error)}</p></div></div></main>""",
        status=error.status,
    )


def front(provider: Provider) -> httpx.Response:
    """Show who lives here and which keys sign, with the switch that rotates them."""
    look = provider.vendor.look
    people = "".join(f'<li class="person">{_who(person)}</li>' for person in provider.vendor.everybody.values())
    access = "".join(
        f'<li><form method="post" action="/__ctl/withdraw" class="access"><span>{escape(person.name)}</span>'
        f'<button class="btn" name="person" value="{escape(key)}">Remove access</button></form></li>'
        for key, person in provider.vendor.everybody.items()
        if key in provider.grants.consented
    )
    named = [("Signs now", provider.keys.current), ("Before that", provider.keys.previous)]
    keys = "".join(
        f'<li><span class="muted">{label}</span><code>{escape(str(key.kid))}</code></li>' for label, key in named if key
    )
    return page(
        look,
        f"Emulated {look.name}",
        f"""<main class="wide"><h1>Emulated {escape(look.name)}</h1>
<p class="muted">{escape(provider.client.name)} sends people here to sign in. No password is asked.</p>
<section class="group"><h2>People</h2><ul class="sheet people">{people}</ul></section>
<section class="group"><h2>Calendars</h2><p><a href="/calendar">Open a calendar</a></p></section>
<section class="group"><h2>Access of {escape(provider.client.name)}</h2>
<ul class="sheet people">{access or '<li class="access muted">Nobody has allowed anything.</li>'}</ul></section>
<section class="group"><h2>Signing keys</h2><div class="sheet pad"><ul class="keys">{keys}</ul>
<p class="small muted">Applications read the published keys again when a token names one they do not know.</p>
<form method="post" action="/__ctl/rotate-keys"><button class="btn">Rotate keys</button></form></div></section>
</main>""",
    )


def _who(person: Person) -> str:
    address = f'<span class="muted">{escape(person.email)}</span>' if person.email else ""
    return (
        f'<span class="face" aria-hidden="true">{escape(person.name[:1])}</span>'
        f'<span class="who"><b>{escape(person.name)}</b>{address}'
        f'<span class="small muted">{escape(person.about)}</span></span>'
    )


def _in_a_row(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def page(look: Look, title: str, body: str, *, status: int = 200, style: str = "") -> httpx.Response:
    """Return a page in the look of a vendor; `style` is added to what every page has."""
    accent = f"light-dark({look.accent},{look.accent_dark})"
    on_accent = "light-dark(#fff,#0d1417)"
    html = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{escape(title)} - Emulated {escape(look.name)}</title>
<link rel="icon" href="data:,"><style>:root{{--accent:{accent};--on-accent:{on_accent}}}
{STYLE}{style}</style></head><body>
<header class="banner"><b>Emulated {escape(look.name)}.</b> No real account, nothing leaves this machine.</header>
{body}</body></html>"""
    return httpx.Response(status, html=html, headers=HEADERS)
