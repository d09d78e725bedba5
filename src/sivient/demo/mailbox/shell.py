"""What every page of the mailbox has around it: marks, style, content policy; and text made safe and clickable."""

import base64
import hashlib
import re
from html import escape
from importlib.resources import files

import httpx

STYLE = files(__package__).joinpath("mailbox.css").read_text(encoding="utf-8")
LIST_SCRIPT = files(__package__).joinpath("list.js").read_text(encoding="utf-8")
FRAME_SCRIPT = files(__package__).joinpath("frame.js").read_text(encoding="utf-8")

# Where an address in running text ends: neither a bracket nor the full stop of its sentence belongs to it.
ADDRESS = re.compile(r"https?://[^\s<>\"]*[^\s<>\"'.,;:!?)\]]")


def page(title: str, body: str, *, script: str = "", head: str = "", status: int = 200) -> httpx.Response:
    """Return a whole page. `head` and `body` are HTML, `script` is one of the scripts above."""
    html = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{escape(title)} - Mailbox of the demo</title><link rel="icon" href="data:,">{head}
<style>{STYLE}</style></head><body>
<header class="banner"><b>Mailbox of the demo.</b> Every mail ends here, none leaves this machine.</header>
<main>{body}</main>{f"<script>{script}</script>" if script else ""}</body></html>"""
    return httpx.Response(status, html=html, headers={**_PRIVATE, "Content-Security-Policy": _policy(script)})


def framed(html: str) -> httpx.Response:
    """Return somebody else's HTML on its own: no script, no address is loaded, links open in the whole tab."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'"
    policy += f"; frame-ancestors 'self'; sandbox {SANDBOX}"
    return httpx.Response(200, html=html, headers={**_PRIVATE, "Content-Security-Policy": policy})


def attachment(content: bytes, name: str, kind: str) -> httpx.Response:
    """Return a file to be saved."""
    saved = {"Content-Type": kind, "Content-Disposition": f'attachment; filename="{name}"'}
    return httpx.Response(200, content=content, headers={**_PRIVATE, **saved})


def clickable(text: str) -> str:
    """Return text as HTML, its web addresses as links."""
    out, end = [], 0
    for found in ADDRESS.finditer(text):
        out += [escape(text[end : found.start()]), f'<a href="{escape(found[0])}">{escape(found[0])}</a>']
        end = found.end()
    return "".join([*out, escape(text[end:])])


# Same origin, so that the page can measure the mail's height; no scripts, so that the mail cannot use it.
SANDBOX = "allow-same-origin allow-top-navigation-by-user-activation allow-popups allow-popups-to-escape-sandbox"

_PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}


def _policy(script: str) -> str:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    scripts = f"'sha256-{digest}'" if script else "'none'"
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src {scripts}; connect-src 'self'; "
        "frame-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
