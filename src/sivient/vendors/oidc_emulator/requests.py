"""Reading what a browser or an application sent."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import httpx

SECRET = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def form_of(request: httpx.Request) -> dict[str, str]:
    """Return the fields of a form body; of a repeated field the last one."""
    return dict(parse_qsl(request.read().decode("utf-8", "replace"), keep_blank_values=True))


def wants_page(request: httpx.Request) -> bool:
    """Say whether a browser asked, rather than a program."""
    return "text/html" in request.headers.get("Accept", "")


def secret_json(status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> httpx.Response:
    """Return an answer that nobody may keep (RFC 6749 5.1)."""
    return httpx.Response(status, json=body, headers={**SECRET, **(headers or {})})
