"""The pages of the mailbox: the list, and one mail in its views."""

import re
from collections.abc import Sequence
from datetime import datetime, tzinfo
from email.utils import parseaddr
from html import escape

import httpx

from sivient.demo.mailbox import shell, views
from sivient.demo.mailbox.entry import Entry
from sivient.demo.mailbox.reading import Mail

LONGEST_LIST = 200

download = shell.attachment


def listing(
    entries: Sequence[Entry],
    *,
    recipients: Sequence[str],
    chosen: str,
    refusing: str,
    now: datetime,
    zone: tzinfo | None,
) -> httpx.Response:
    """Show the mails, newest first. It keeps itself fresh: by script, or without one by reloading."""
    rows = "".join(_row(entry, now, zone) for entry in entries[:LONGEST_LIST])
    refusal = f"<b>New mail is refused.</b> The switch is on: every recipient gets {escape(refusing)}."
    body = f"""<div class="top"><div><h1>Mailbox</h1>
<p class="muted" role="status" id="count">{_count(len(entries), chosen)}</p></div>{_filter(recipients, chosen)}</div>
{f'<p class="alert">{refusal}</p>' if refusing else ""}
<div id="mails">{f'<ul class="sheet mails">{rows}</ul>' if rows else _EMPTY}</div>"""
    reload = '<noscript><meta http-equiv="refresh" content="5"></noscript>'
    return shell.page("Mailbox", body, script=shell.LIST_SCRIPT, head=reload)


def one(entry: Entry, mail: Mail, raw: bytes, *, view: str, zone: tzinfo | None) -> httpx.Response:
    """Show one mail. Without a view, the one that a mail program would choose."""
    labels = {"text": "Text", "html": "HTML", "invite": "Invite", "raw": "Raw source"}
    has = {"text": mail.text, "html": mail.html, "invite": mail.calendar, "raw": raw}
    there = [name for name in labels if has[name] is not None]
    current = view or ("html" if "html" in there else there[0])
    if current not in there:
        return missing()
    tabs = "".join(
        f'<a href="/mail/{entry.id}/{name}"{" aria-current=page" if name == current else ""}>{labels[name]}</a>'
        for name in there
    )
    script = shell.FRAME_SCRIPT if current == "html" else ""
    received = views.moment(entry.received_at, zone)
    body = f"""<p><a href="/"><span aria-hidden="true">&larr;</span> All mails</a></p>
<h1>{escape(entry.subject) or "(no subject)"}</h1>
<dl class="kv"><dt>From</dt><dd>{escape(entry.sender)}</dd><dt>To</dt><dd>{escape(", ".join(entry.recipients))}</dd>
<dt>Received</dt><dd>{received}</dd></dl>
<nav class="tabs" aria-label="Views of this mail">{tabs}</nav>
{views.view(current, entry.id, mail, raw, zone)}"""
    return shell.page(entry.subject or "(no subject)", body, script=script)


def frame(html: str) -> httpx.Response:
    """Return the HTML part of a mail for the frame around it, its links aimed at the whole tab."""
    base = '<base target="_top">'
    for opening in (r"<head\b[^>]*>", r"<html\b[^>]*>", r"<!doctype\b[^>]*>"):
        if found := re.search(opening, html, re.IGNORECASE):
            return shell.framed(html[: found.end()] + base + html[found.end() :])
    return shell.framed(f"<!doctype html>{base}{html}")


def missing() -> httpx.Response:
    """Say that there is nothing here."""
    body = '<h1>This is not here</h1><p>The mail may have been thrown away. <a href="/">All mails</a></p>'
    return shell.page("Not here", body, status=404)


def _row(entry: Entry, now: datetime, zone: tzinfo | None) -> str:
    link = f"/mail/{entry.id}"
    off = " off" if entry.method == "CANCEL" else ""
    tag = f'<a class="tag{off}" href="{link}/invite">{entry.kind}</a>' if entry.kind else ""
    return (
        f'<li><a class="row" id="m{entry.id}" href="{link}"><b>{escape(entry.subject) or "(no subject)"}</b>'
        f'<span class="small">To {escape(", ".join(entry.recipients))}</span>'
        f'<span class="small muted">From {escape(parseaddr(entry.sender)[0] or entry.sender)}</span></a>'
        f'<div class="side">{views.short_moment(entry.received_at, now, zone)}{tag}</div></li>'
    )


def _filter(recipients: Sequence[str], chosen: str) -> str:
    addresses = recipients if chosen in ("", *recipients) else [*recipients, chosen]
    options = "".join(
        f'<option value="{escape(address)}"{" selected" if address == chosen else ""}>{escape(address)}</option>'
        for address in addresses
    )
    return f"""<form class="filter"><label for="recipients">To</label>
<select name="to" id="recipients"><option value="">Everybody</option>{options}</select>
<button class="btn">Show</button></form>"""


def _count(number: int, chosen: str) -> str:
    mails = f"{number} mail{'' if number == 1 else 's'}" + (f" to {escape(chosen)}" if chosen else "")
    return mails if number <= LONGEST_LIST else f"{mails}, the newest {LONGEST_LIST} are shown"


_EMPTY = '<p class="sheet empty">No mail yet. What Sivient sends appears here by itself.</p>'
