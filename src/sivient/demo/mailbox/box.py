"""The web side of the mailbox: `handle(request) -> response` for the page, for tests and for the tour."""

import json
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

import httpx

from sivient.demo.mailbox import pages
from sivient.demo.mailbox.entry import Entry
from sivient.demo.mailbox.invite import read_invite
from sivient.demo.mailbox.reading import read
from sivient.demo.mailbox.store import Envelope, MailStore

SWITCH = ("ok", "451", "550")


class Mailbox:
    """Every mail of the demo, kept in `folder` over a restart. Thread-safe.

    `clock` answers the present instant, aware; `zone` is the one the page writes times in, by default the machine's.
    """

    def __init__(
        self,
        folder: Path,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        zone: tzinfo | None = None,
    ) -> None:
        self.smtp_switch = "ok"
        self._store = MailStore(folder)
        self._clock = clock
        self._zone = zone
        self._entries: dict[str, Entry] = {}  # mails never change, so each is read once
        self._lock = threading.Lock()

    def receive(self, raw: bytes, *, sender: str, recipients: Sequence[str]) -> str:
        """Keep a mail and return its id."""
        return self._store.add(raw, Envelope(sender, tuple(recipients), self._clock()))

    def take_in(self, raw: bytes, sender: str, recipients: list[str]) -> None:
        """Keep a mail that did not come by SMTP: an invitation of an emulated vendor."""
        self.receive(raw, sender=sender, recipients=recipients)

    def entries(self, recipient: str = "") -> list[Entry]:
        """Return the mails, newest first; with a recipient, those handed over for this address."""
        found = [entry for mail_id in self._store.ids() if (entry := self._entry(mail_id))]
        wanted = recipient.casefold()
        return [each for each in found if not wanted or wanted in map(str.casefold, each.recipients)]

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        match request.method, request.url.path.strip("/").split("/"):
            case "GET", [""]:
                return self._list(request.url.params.get("to", ""))
            case "GET", ["mail", name] if name.endswith(".eml"):
                return self._download(name.removesuffix(".eml"))
            case "GET", ["mail", mail_id, *rest]:
                return self._mail(mail_id, "/".join(rest), request)
            case "GET", ["__ctl", "mails"]:
                entries = self.entries(request.url.params.get("to", ""))
                return httpx.Response(200, json=[self._as_json(entry) for entry in entries])
            case "POST", ["__ctl", "reset"]:
                self._store.clear()
                self.smtp_switch = "ok"
                return httpx.Response(200, json={"mails": 0})
            case "POST", ["__ctl", "switch"]:
                return self._switch(request)
        return pages.missing()

    def _list(self, recipient: str) -> httpx.Response:
        everything = self.entries()
        shown = self.entries(recipient) if recipient else everything
        recipients = sorted({address for entry in everything for address in entry.recipients})
        return pages.listing(
            shown,
            recipients=recipients,
            chosen=recipient,
            refusing=self.smtp_switch if self.smtp_switch != "ok" else "",
            now=self._clock(),
            zone=self._zone,
        )

    def _mail(self, mail_id: str, view: str, request: httpx.Request) -> httpx.Response:
        raw, entry = self._store.raw(mail_id), self._entry(mail_id)
        if raw is None or entry is None:
            return pages.missing()
        mail = read(raw)
        if view == "invite.ics" and mail.calendar is not None:
            return pages.download(mail.calendar, f"{mail_id}.ics", "text/calendar; charset=utf-8")
        if view == "html/frame" and mail.html is not None:
            return pages.frame(mail.html)
        answer = pages.one(entry, mail, raw, view=view, zone=self._zone)
        seen_by_a_person = "Sec-Purpose" not in request.headers  # browsers mark what they fetch ahead of a click
        if view == "invite" and answer.status_code == 200 and seen_by_a_person:
            self._store.remember_opened_invite(mail_id)
        return answer

    def _download(self, mail_id: str) -> httpx.Response:
        raw = self._store.raw(mail_id)
        return pages.missing() if raw is None else pages.download(raw, f"{mail_id}.eml", "message/rfc822")

    def _switch(self, request: httpx.Request) -> httpx.Response:
        """Let the SMTP side refuse every recipient with 451 or 550, or take mails again."""
        try:
            wish = json.loads(request.read())
        except ValueError:
            wish = None
        if not isinstance(wish, dict) or wish.keys() != {"smtp"} or wish["smtp"] not in SWITCH:
            return httpx.Response(400, json={"error": f"smtp is one of {', '.join(SWITCH)}"})
        self.smtp_switch = wish["smtp"]
        return httpx.Response(200, json={"smtp": self.smtp_switch})

    def _entry(self, mail_id: str) -> Entry | None:
        with self._lock:
            entry = self._entries.get(mail_id)
        if entry is None:
            raw = self._store.raw(mail_id)
            if raw is None:
                return None
            mail = read(raw)
            invite = read_invite(mail.calendar) if mail.calendar is not None else None
            entry = Entry.of(mail_id, mail, self._store.envelope(mail_id), invite)
            with self._lock:
                self._entries[mail_id] = entry
        return entry

    def _as_json(self, entry: Entry) -> dict[str, Any]:
        opened = self._store.envelope(entry.id).opened_invite
        return {**entry.as_json(), "opened_invite": opened}
