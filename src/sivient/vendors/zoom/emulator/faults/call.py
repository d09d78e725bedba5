"""What rules see of one request, and what really came of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx

ANY_ROUTE = "*"
REFRESH = "POST /oauth/token refresh_token"
EXCHANGE = "POST /oauth/token authorization_code"
REVOKE = "POST /oauth/revoke"
ALLOW = "GET /oauth/authorize"
"""A person pressed Allow, and goes back to the app."""
ME = "GET /v2/users/me"
CREATE = "POST /v2/users/me/meetings"
LIST = "GET /v2/users/me/meetings"
READ = "GET /v2/meetings/{meeting}"
UPDATE = "PATCH /v2/meetings/{meeting}"
DELETE = "DELETE /v2/meetings/{meeting}"
REMOVAL = "EVENT app_deauthorized"
VALIDATION = "EVENT endpoint.url_validation"

TOKEN = (REFRESH, EXCHANGE)
OAUTH = (*TOKEN, REVOKE)
REST = (CREATE, ME, LIST, READ, UPDATE, DELETE)


@dataclass(frozen=True, slots=True)
class Call:
    """One request: "POST /v2/users/me/meetings", "POST /oauth/token refresh_token", and whose it is if known."""

    route: str
    user_id: str | None
    request: httpx.Request
    scope: str = ""
    tracking_id: str = ""

    @property
    def endpoint(self) -> str:
        """Method and path, without the grant type."""
        return " ".join(self.route.split()[:2])

    @property
    def is_oauth(self) -> bool:
        """Whether a refusal has the shape of the token endpoint."""
        return self.endpoint.partition(" ")[2].startswith("/oauth/")


@dataclass(slots=True)
class Outcome:
    """What the real work ended with, whatever is told: no status means that nothing was done.

    `wait` is how many seconds to hold the answer back; one that is `lost` never comes. `struck` are the names
    of the faults that had a part in it.
    """

    status: int | None = None
    body: dict[str, object] = field(default_factory=dict)
    wait: float = 0.0
    lost: bool = False
    struck: list[str] = field(default_factory=list)

    @property
    def meeting_id(self) -> int | None:
        """The id of the meeting that was made, if one was."""
        number = self.body.get("id")
        return number if self.status == 201 and isinstance(number, int) else None
