"""How the emulated Graph says no (calendars contract, chapter 2.6)."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx


class GraphError(Exception):
    """A refusal. `deeper` is the code of the inner error, "" for none; `more` stands beside the code."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        deeper: str = "",
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.deeper = deeper
        self.headers = dict(headers or {})
        self.more = more

    def response(self, request_id: str) -> httpx.Response:
        """Return the answer, with the ids that Microsoft's support asks for."""
        inner = {
            "date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}",
            "request-id": str(uuid.uuid4()),
            "client-request-id": request_id,
        }
        inner |= {"code": self.deeper} if self.deeper else {}
        error = {"code": self.code, "message": self.message, **self.more, "innerError": inner}
        return httpx.Response(self.status, json={"error": error}, headers=self.headers)


def invalid(message: str, code: str = "ErrorInvalidRequest") -> GraphError:
    """Return the refusal of a request that makes no sense."""
    return GraphError(400, code, message)


def not_found() -> GraphError:
    """Return the refusal for something that is not there (any more)."""
    return GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")
