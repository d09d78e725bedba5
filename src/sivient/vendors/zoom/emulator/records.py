"""What the emulator remembers. Moments are epoch seconds (UTC) unless a name says otherwise."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Code:
    """An authorization code: five minutes, one use (contract 2.1)."""

    value: str
    user_id: str
    redirect_uri: str
    challenge: str
    method: str
    scope: str
    expires_at: float


@dataclass(slots=True)
class AccessToken:
    """One hour of permission. Deleted when killed, kept for a while when merely expired."""

    value: str
    user_id: str
    scope: str
    expires_at: float


@dataclass(slots=True)
class RefreshToken:
    """Ninety days, one use; a used one lives on only as long as the grace says."""

    value: str
    user_id: str
    scope: str
    expires_at: float
    used: bool = False


@dataclass(slots=True)
class InstalledApp:
    """The app in one user's list of installed apps. Revoking tokens does not take it off the list."""

    user_id: str
    scope: str
    added_at: float


@dataclass(slots=True)
class Session:
    """One browser at the emulator's pages. `form_token` guards its forms."""

    id: str
    form_token: str
    user_key: str = ""


@dataclass(slots=True)
class Meeting:
    """`body` is what Zoom shows of it; `expires_at` is None for a personal meeting id."""

    body: dict[str, Any]
    expires_at: float | None
    joins: int = 0

    @property
    def id(self) -> int:
        """The meeting id that people type."""
        return int(self.body["id"])

    @property
    def host_id(self) -> str:
        """The Zoom user id of the host."""
        return str(self.body["host_id"])


@dataclass(slots=True)
class Delivery:
    """One webhook on its way: signed once, sent up to four times with the same bytes.

    `state` is sending, waiting (for a retry), held (until another event was sent), delivered, refused
    (3xx or 4xx), lost (no try left) or not sent (no address, or the subscription is disabled). `faults` are
    the names of those that changed it; no answer to an `unprovable` validation is a proof.
    """

    id: str
    event: str
    user_id: str
    url: str
    headers: dict[str, str]
    body: str
    state: str
    attempts: list[dict[str, Any]] = field(default_factory=list)
    next_attempt_at: float | None = None
    faults: list[str] = field(default_factory=list)
    unprovable: bool = False


@dataclass(slots=True)
class Switches:
    """What the control API and the overview page turn. None means: as the app was registered."""

    answers_503: bool = False
    delay_seconds: float = 0.0
    limits: bool = True
    published: bool | None = None
    scopes: list[str] | None = None
    refresh_grace_seconds: float = 0.0
    revoke_sends_event: bool = False


@dataclass(slots=True)
class Progress:
    """How far this Zoom has come: its clock, its numbers, its webhook subscription."""

    clock_offset: float = 0.0
    clock_skew: float = 0.0
    rules_made: int = 0
    drawn: int = 0
    webhook_active: bool = True
    webhook_failures: int = 0
    next_validation_at: float = 0.0
    owner_mails: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Counter:
    """Requests of one UTC day, for the daily limits."""

    day: str
    count: int


@dataclass(slots=True)
class FaultRule:
    """A fault in force. It strikes from the `nth` fitting call on, `times` times (None: always), each with `share`.

    `user_id` and `route` narrow it; None is everybody and every route of the fault. `seen` counts the calls
    that fitted, `struck` those that it struck.
    """

    id: str
    fault: int
    name: str
    settings: dict[str, Any] = field(default_factory=dict)
    user_id: str | None = None
    route: str | None = None
    nth: int = 1
    times: int | None = None
    share: float = 1.0
    seed: int = 1
    seen: int = 0
    struck: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One request of the app in the ledger, written when its work was done, before a late answer leaves.

    `at` is the time inside, `outside` the machine's. `status` is what was answered, or "dropped"; `done` what the real
    work ended with (None: nothing was done); `late` how many seconds the answer was held back. `effect` is made,
    changed or deleted, with the meeting and the booking reference of its agenda. `kind` is exchange, refresh or
    revoke at the token endpoint, and `issued` whether new tokens were given.
    """

    number: int
    at: str
    outside: str
    method: str
    route: str
    user_id: str | None
    status: int | str
    done: int | None
    late: float
    faults: list[str]
    effect: str
    meeting_id: int | None
    reference: str
    kind: str
    issued: bool


@dataclass(slots=True)
class Injection:
    """One fault that struck, and what really happened: a judge compares this with what the app believes.

    `done` is the status that the real work ended with (None: nothing was done), `told` what the app was
    answered (None: the connection was cut, or it was an event). `at` is the time outside, in ISO 8601.
    """

    number: int
    at: str
    rule: str
    fault: int
    name: str
    route: str
    user_id: str | None
    happened: str
    done: int | None
    told: int | None
    meeting_id: int | None
    delivery_id: str | None
    tracking_id: str
