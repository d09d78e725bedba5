"""The four ways to look at a mail: text, HTML, invite, raw source."""

from datetime import UTC, date, datetime, tzinfo
from html import escape

from sivient.demo.mailbox import shell
from sivient.demo.mailbox.invite import Invite, Person, read_invite
from sivient.demo.mailbox.reading import Mail

LONGEST_TEXT = 200_000  # characters on a page; the download has it all


def view(name: str, mail_id: str, mail: Mail, raw: bytes, zone: tzinfo | None) -> str:
    """Return the HTML of one view of a mail that has it."""
    match name:
        case "text":
            words = shell.clickable(_cut(mail.text or ""))
            return f'<section class="sheet pad"><pre class="words">{words}</pre></section>'
        case "html":
            return (
                f'<section class="sheet"><iframe title="The mail as HTML" src="/mail/{mail_id}/html/frame" '
                f'sandbox="{shell.SANDBOX}"></iframe></section>'
            )
        case "invite":
            return _invite(mail_id, mail.calendar or b"", zone)
    source = escape(_cut(raw[: LONGEST_TEXT + 1].decode("utf-8", "replace")))
    return f"""<section class="stack">
<div class="heading"><h2>As it was received</h2><a class="btn" href="/mail/{mail_id}.eml">Download .eml</a></div>
<div class="sheet pad"><pre>{source}</pre></div></section>"""


def moment(instant: datetime, zone: tzinfo | None) -> str:
    """Write an instant out in full."""
    local = instant.astimezone(zone)
    return f'<time datetime="{instant.isoformat()}">{local.day} {local:%B %Y, %H:%M:%S %Z}</time>'


def short_moment(instant: datetime, now: datetime, zone: tzinfo | None) -> str:
    """Write an instant for the list: of today only the time."""
    local = instant.astimezone(zone)
    today = local.date() == now.astimezone(zone).date()
    written = f"{local:%H:%M:%S}" if today else f"{local.day} {local:%b, %H:%M}"
    return f'<time class="small muted" datetime="{instant.isoformat()}">{written}</time>'


def _invite(mail_id: str, calendar: bytes, zone: tzinfo | None) -> str:
    invite = read_invite(calendar)
    found = _ticket(invite, zone) + _facts(invite) if invite else _UNREADABLE
    return f"""<section class="stack">{found}
<div class="heading"><h2>Calendar text</h2><a class="btn" href="/mail/{mail_id}/invite.ics">Download .ics</a></div>
<div class="sheet pad"><pre>{escape(_cut(calendar.decode("utf-8", "replace")))}</pre></div></section>"""


def _ticket(invite: Invite, zone: tzinfo | None) -> str:
    cancelled = invite.method == "CANCEL" or invite.status == "CANCELLED"
    start = invite.start.astimezone(zone) if isinstance(invite.start, datetime) else invite.start
    leaf = f"{start:%b %Y}<b>{start.day}</b>{start:%A}" if start else "<b>?</b>"
    tag = '<span class="tag off">Cancelled</span>' if cancelled else ""
    return f"""<div class="ticket{" off" if cancelled else ""}"><div class="leaf">{leaf}</div>
<div class="what">{tag}<h2>{escape(invite.summary) or "(no title)"}</h2>{_when(invite, zone)}
<p>{shell.clickable(invite.location) or '<span class="muted">No place yet</span>'}</p></div></div>"""


def _when(invite: Invite, zone: tzinfo | None) -> str:
    start, end = invite.start, invite.end
    if not isinstance(start, datetime):
        return f'<p class="when">{_day(start)}, all day</p>' if start else '<p class="when">No time</p>'
    here = _span(start.astimezone(zone), end.astimezone(zone) if isinstance(end, datetime) else None)
    there = _span(start.astimezone(UTC), end.astimezone(UTC) if isinstance(end, datetime) else None)
    again = "" if here == there else f'<p class="small muted">{there}</p>'
    return f'<p class="when">{here}</p>{again}'


def _span(start: datetime, end: datetime | None) -> str:
    until = f" to {end:%H:%M}" if end else ""
    return f"{_day(start)}, {start:%H:%M}{until} {start:%Z}"


def _facts(invite: Invite) -> str:
    facts = [
        ("Method", escape(invite.method)),
        ("Organizer", _person(invite.organizer) if invite.organizer else ""),
        ("Attendees", "<br>".join(map(_person, invite.attendees))),
        ("Link", shell.clickable(invite.url)),
        ("Conference", shell.clickable(invite.conference)),
        ("Status", escape(invite.status)),
        ("Sequence", "" if invite.sequence is None else str(invite.sequence)),
        ("UID", escape(invite.uid)),
        ("Description", f'<pre class="words">{shell.clickable(_cut(invite.description))}</pre>'),
    ]
    rows = "".join(f"<dt>{name}</dt><dd>{value or '<span class=muted>none</span>'}</dd>" for name, value in facts)
    return f'<div class="sheet pad"><dl class="kv">{rows}</dl></div>'


def _person(person: Person) -> str:
    answer = f' <span class="muted">({escape(person.answer.replace("-", " ").lower())})</span>' if person.answer else ""
    return (
        f"{escape(person.name)} &lt;{escape(person.email)}&gt;{answer}"
        if person.name
        else escape(person.email) + answer
    )


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


def _cut(text: str) -> str:
    if len(text) <= LONGEST_TEXT:
        return text
    return text[:LONGEST_TEXT] + "\n\n(cut here: the download has all of it)"


_UNREADABLE = '<p class="alert"><b>This invite cannot be read.</b> A calendar program would refuse it, too.</p>'
