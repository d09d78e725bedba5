"""JSON logs, one object a line on standard error. Only allow-listed fields leave: no names, addresses or tokens."""

import logging
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED = frozenset(
    {"event", "level", "logger", "timestamp", "kind", "key", "error", "method", "route", "status", "ms", "vendor",
     "account", "reference", "exception", "where", "trackingid", "port"}
)  # fmt: skip
# Django puts the path into these messages, and the path of a booking is its secret.
_NAMES_PATHS = ("django.request", "django.security", "django.server")


def configure(options: dict[str, Any]) -> None:
    """Set up logging for this process; Django calls it with LOGGING, which names the `level`."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder()],
            processors=[
                _add_record,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                _only_allowed,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(options["level"])
    for chatty in ("httpx", "httpcore", "authlib", "urllib3", "mail.log", "asyncio", "_granian"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.getLogger("django.request").setLevel(logging.ERROR)


def _add_record(_: Any, __: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    record: logging.LogRecord = fields["_record"]
    fields["level"], fields["logger"] = record.levelname.lower(), record.name
    if record.name.startswith(_NAMES_PATHS):
        fields["event"] = str(record.msg).replace(": %s", "")
    if record.exc_info and record.exc_info[1] is not None:
        # The message of an exception may quote a row or an address; its class and place do not.
        fields["exception"] = type(record.exc_info[1]).__name__
        fields["where"] = [
            f"{frame.filename.rpartition('sivient/')[2]}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(record.exc_info[2])[-8:]
        ]
    return fields


def _only_allowed(_: Any, __: str, fields: MutableMapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name in ALLOWED}
