"""JSON logs, one object a line on standard error. Only allow-listed fields leave: no names, addresses or tokens."""

import json
import logging
import re
import traceback
from datetime import UTC, datetime
from typing import Any

ALLOWED = frozenset(
    "kind key error method route status ms vendor account reference meeting trackingid code port".split()  # noqa: SIM905
)
# Django puts the path into these messages, and the path of a booking is its secret.
NAMES_PATHS = ("django.request", "django.security", "django.server")
FRAMES = 8
_PLACES = re.compile(r":? ?\(?%s\)?")  # where Django would put a path or a reason


def configure(options: dict[str, Any]) -> None:
    """Set up logging for this process; Django calls it with LOGGING, which names the `level`."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(options["level"])
    for chatty in ("httpx", "httpcore", "authlib", "urllib3", "mail.log", "asyncio", "_granian"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.getLogger("django.request").setLevel(logging.ERROR)


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON; control characters are escaped, so nobody can forge a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        fields: dict[str, Any] = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _event(record),
        }
        fields |= {name: getattr(record, name) for name in sorted(ALLOWED) if hasattr(record, name)}
        if record.exc_info and record.exc_info[1] is not None:
            # The message of an exception may quote a row or an address; its class and place do not.
            fields["exception"] = type(record.exc_info[1]).__name__
            frames = traceback.extract_tb(record.exc_info[2])[-FRAMES:]
            fields["where"] = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
        return json.dumps(fields, default=str)


def _event(record: logging.LogRecord) -> str:
    if record.name.startswith(NAMES_PATHS):
        return _PLACES.sub("", str(record.msg)) or "request"
    return record.getMessage()
