"""Mails for the mailbox: what the product sends, and what nobody should send."""

from email.message import EmailMessage

JOIN = "http://127.0.0.1:8001/j/84512903377?pwd=Zx8abcDEFghi.1"
UID = "4f1f0a1e-7a1a-4f5c-9a51-1d5a0e0c0b77@sivient.example"

CALENDAR = f"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Sivient//EN
METHOD:{{method}}
BEGIN:VEVENT
UID:{UID}
SEQUENCE:{{sequence}}
DTSTAMP:20261122T093000Z
DTSTART:20261201T080000Z
DTEND:20261201T083000Z
SUMMARY:30 minute meeting: Yuki <Tanaka> and Mara Lindqvist
STATUS:{{status}}
ORGANIZER;CN="Mara Lindqvist (via Sivient)":mailto:bookings@sivient.example
ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN=Yuki Tanaka:mailto:yuki@tanaka.example
ATTENDEE;PARTSTAT=ACCEPTED;CN=Mara Lindqvist:mailto:mara@nordlicht.example
LOCATION:{JOIN}
CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO;LABEL=Join Zoom Meeting:{JOIN}
DESCRIPTION:Join Zoom meeting: {JOIN}\\n\\nSee you.
END:VEVENT
END:VCALENDAR
"""

HTML = f"""<!doctype html><html><head><style>body {{ padding: 24px }}</style></head><body>
<h1>You are booked</h1><p><a href="{JOIN}">Join Zoom meeting</a></p>
<p id="tall" style="height: 900px">Tall</p><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" alt="">
</body></html>"""


def calendar(method: str = "REQUEST", sequence: int = 0) -> bytes:
    status = "CANCELLED" if method == "CANCEL" else "CONFIRMED"
    text = CALENDAR.format(method=method, sequence=sequence, status=status)
    return text.replace("\n", "\r\n").encode()


def plain(subject: str = "Zoom is connected", text: str = "Hello Mara.\n", to: str = "mara@nordlicht.example") -> bytes:
    message = EmailMessage()
    message["From"] = "Sivient <hello@sivient.example>"
    message["To"] = to
    message["Subject"] = subject
    message["Message-ID"] = "<1@sivient.example>"
    message.set_content(text)
    return message.as_bytes()


def invite(method: str = "REQUEST", sequence: int = 0) -> bytes:
    """Return a mail laid out as the calendars contract, chapter 4.3, says."""
    message = EmailMessage()
    message["From"] = '"Mara Lindqvist (via Sivient)" <bookings@sivient.example>'
    message["To"] = "Yuki Tanaka <yuki@tanaka.example>"
    message["Subject"] = "Confirmed: 30 minute meeting with Mara Lindqvist"
    message.set_content(f"You are booked.\n\nJoin: {JOIN}.\n")
    message.add_alternative(HTML, subtype="html")
    content = calendar(method, sequence)
    params = {"method": method, "charset": "UTF-8"}
    message.add_alternative(content, maintype="text", subtype="calendar", params=params)
    message.add_attachment(content, maintype="application", subtype="ics", filename="invite.ics")
    return message.as_bytes()


def nested(depth: int) -> bytes:
    """Return a mail of parts within parts: readers that recurse give up on it."""
    opening = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level) for level in range(depth)
    )
    return b"Subject: deep\r\n" + opening + b"\r\nbottom"


BAD = {
    "empty": b"",
    "no headers": b"\r\nonly a body",
    "no body": b"Subject: no body",
    "null bytes": b"Subject: \x00\x01\r\n\r\n\x00",
    "unknown charset": b"Subject: =?klingon?Q?nuqneH?=\r\nContent-Type: text/plain; charset=tlh\r\n\r\nh\xc3\xa4\xff",
    "raw utf-8 headers": "Subject: Grüße 🎉\r\nFrom: Zoë <zoe@b.example>\r\n\r\nhi".encode(),
    "broken encoded word": b"Subject: =?utf-8?B?####?= =?utf-8?Q?=ZZ?=\r\n\r\nhi",
    "broken base64": b"Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n<b>!!!not base64",
    "no boundary": b"Content-Type: multipart/mixed\r\n\r\n--x\r\n\r\nhi",
    "boundary never ends": b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\nSubject: inner\r\n\r\nhi',
    "broken content type": b"Content-Type: text/calendar; charset*=x''; method=\"\r\n\r\nBEGIN:VCALENDAR",
    "not a calendar": b"Subject: odd\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:NOTHING\r\nhello",
    "a calendar without event": b"Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
    "an event of nonsense": (
        b"Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nDTSTART:yesterday\r\n"
        b'SEQUENCE:many\r\nATTENDEE:\r\nORGANIZER;CN="x:y\r\nUID:1\r\nUID:2\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n'
    ),
    "markup": b"Subject: <script>alert(1)</script>\r\nFrom: <img src=x onerror=1>\r\n\r\n<script>alert(2)</script>",
    "deep": nested(3000),
    "huge": b"Subject: huge\r\n\r\n" + b"a line of text\r\n" * 300_000,
}
