"""The mails on disk: `<id>.eml` as received, beside `<id>.json` with what SMTP and the page know of it."""

import json
import threading
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the mail itself does not say: who it was handed over for, when, and whether its invite was looked at."""

    sender: str = ""
    recipients: tuple[str, ...] = ()
    received_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    opened_invite: bool = False


class MailStore:
    """A folder of mails. Ids are numbers in order of arrival, never given twice while the process runs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        self._last = max((int(each) for each in self.ids()), default=0)

    def ids(self) -> list[str]:
        """Return the ids of all mails, newest first. A file that is not named by us is not ours."""
        return sorted((each.stem for each in self._folder.glob("*.eml") if each.stem.isdecimal()), reverse=True)

    def add(self, raw: bytes, envelope: Envelope) -> str:
        """Keep a mail and return its id."""
        with self._lock:
            self._last += 1
            mail_id = f"{self._last:06}"
            self._write(mail_id, envelope)
            arriving = self._folder / f"{mail_id}.arriving"
            arriving.write_bytes(raw)
            arriving.replace(self._mail(mail_id))
        return mail_id

    def raw(self, mail_id: str) -> bytes | None:
        """Return the mail as received, or None."""
        # An id comes out of an address: nothing but a number may name a file.
        if not (mail_id.isascii() and mail_id.isdecimal()):
            return None
        try:
            return self._mail(mail_id).read_bytes()
        except FileNotFoundError:
            return None

    def envelope(self, mail_id: str) -> Envelope:
        """Return the envelope; an empty one if its file is lost or broken."""
        try:
            kept = json.loads(self._side(mail_id).read_text(encoding="utf-8"))
            received_at = datetime.fromisoformat(kept["received_at"])
            return Envelope(kept["sender"], tuple(kept["recipients"]), received_at, kept["opened_invite"])
        except (OSError, ValueError, KeyError, TypeError):
            return Envelope()

    def remember_opened_invite(self, mail_id: str) -> None:
        """Note that somebody has looked at the invite."""
        with self._lock:
            envelope = self.envelope(mail_id)
            if not envelope.opened_invite:
                self._write(mail_id, replace(envelope, opened_invite=True))

    def clear(self) -> None:
        """Throw all mails away."""
        with self._lock:
            for mail_id in self.ids():
                self._mail(mail_id).unlink(missing_ok=True)
                self._side(mail_id).unlink(missing_ok=True)

    def _write(self, mail_id: str, envelope: Envelope) -> None:
        kept = {**asdict(envelope), "received_at": envelope.received_at.isoformat()}
        fresh = self._folder / f"{mail_id}.json.new"
        fresh.write_text(json.dumps(kept), encoding="utf-8")
        fresh.replace(self._side(mail_id))

    def _mail(self, mail_id: str) -> Path:
        return self._folder / f"{mail_id}.eml"

    def _side(self, mail_id: str) -> Path:
        return self._folder / f"{mail_id}.json"
