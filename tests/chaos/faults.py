"""How Zoom misbehaves in a run: about every twentieth call, and each fault at least once."""

from collections.abc import Iterable
from typing import Any

import httpx

from tests.chaos.plan import LOOKED_UP, RENEWED, Size

CREATE = "POST /v2/users/me/meetings"
LIST, UPDATE, DELETE = "GET /v2/users/me/meetings", "PATCH /v2/meetings/{meeting}", "DELETE /v2/meetings/{meeting}"
REFRESH = "POST /oauth/token refresh_token"
Rule = dict[str, Any]

# (fault, share of the calls that it may strike, further wishes)
CALLS: tuple[tuple[str, float, Rule], ...] = (
    ("create-answer-lost", 0.012, {}),
    ("create-fails-after", 0.005, {}),
    ("create-hangs", 0.003, {"settings": {"seconds": 5}}),
    ("without-join-url", 0.003, {}),
    ("fails-before", 0.008, {"route": CREATE}),
    ("empty-body", 0.003, {"route": CREATE}),
    ("html-error", 0.003, {"route": CREATE, "settings": {"status": 200}}),
    ("too-fast", 0.005, {"route": CREATE}),
    ("token-dies-now", 0.02, {"route": CREATE}),
)
TOKENS: tuple[tuple[str, float, Rule], ...] = (
    ("token-answer-lost", 0.03, {"route": REFRESH}),
    ("token-fails-after", 0.01, {"route": REFRESH}),
    ("token-fails", 0.01, {"route": REFRESH}),
    ("token-html", 0.01, {"route": REFRESH}),
    ("token-slow", 0.01, {"route": REFRESH, "settings": {"seconds": 5}}),
)
TIDYING: tuple[tuple[str, float, Rule], ...] = (  # what only the tidy hosts allow; the first of each is struck, too
    ("fails-before", 0.1, {"route": LIST}),
    ("fails-after", 0.1, {"route": UPDATE}),
    ("fails-after", 0.1, {"route": DELETE}),
)
GRACE = 120  # seconds for which Zoom goes on taking a refresh token that was used (contract 2.3)
STRICT = "host-0"  # whose used refresh token is dead at once, and whose first refresh is lost: it has to reconnect


def surely() -> tuple[str, ...]:
    """Return the faults that strike in every run, however small."""
    return tuple(name for name, _, _ in (*CALLS, *TOKENS[:2], *TIDYING))


class Zoom:
    """The control API of the emulated Zoom."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._http = httpx.Client(base_url=address, timeout=30)

    def post(self, path: str, **body: Any) -> Any:
        """Ask for something and return what it says."""
        answer = self._http.post(f"/__ctl/{path}", json=body)
        answer.raise_for_status()
        return answer.json()

    def misbehave(self, seed: int, size: Size, capped: Iterable[str]) -> None:
        """Put all rules in force: first those that surely strike once, then the shares."""
        self.post("switch", refresh_grace_seconds=GRACE)
        self.post("faults", fault="rotation-grace", user=STRICT, times=None, settings={"seconds": 0})
        self.post("faults", fault="token-answer-lost", user=STRICT, route=REFRESH, seed=seed)
        self.post("faults", fault="token-answer-lost", user=RENEWED, route=REFRESH, seed=seed)
        self.post("faults", fault="create-answer-lost", user=LOOKED_UP, seed=seed)
        for place, (fault, _, wishes) in enumerate(CALLS):
            self.post("faults", fault=fault, nth=4 * place + 2, seed=seed, **wishes)
        for place, (fault, _, wishes) in enumerate(TOKENS[:2]):
            self.post("faults", fault=fault, nth=2 * place + 1, seed=seed, **wishes)
        for fault, _, wishes in TIDYING:
            self.post("faults", fault=fault, seed=seed, **wishes)
        for fault, share, wishes in (*CALLS, *TOKENS, *TIDYING):
            self.post("faults", fault=fault, times=None, share=share, seed=seed, **wishes)
        if size.bookings < 1000:  # too few for a hundred at one host: Zoom says so earlier
            for user in capped:
                self.post("faults", fault="meeting-cap", user=user, nth=4, times=None, seed=seed)

    def deauthorize(self, handle: str) -> None:
        """Let the host remove us there: their tokens are dead, and we are told of it."""
        self.post("deauthorize", user_id=handle)

    def behave(self) -> None:
        """Take every fault away; what happened stays written."""
        self._http.delete("/__ctl/faults").raise_for_status()

    def to_midnight(self) -> None:
        """Let Zoom's next day (UTC) begin: its daily limits count anew."""
        now = self._http.get("/__ctl/clock").json()["now"]
        seconds = 86400 - (int(now[11:13]) * 3600 + int(now[14:16]) * 60 + int(now[17:19])) + 5
        self.post("clock", advance_seconds=seconds)

    def ledger(self) -> list[Rule]:
        """Return every request of the product and what really came of it."""
        entries: list[Rule] = []
        more = True
        while more:
            page = self._http.get("/__ctl/ledger", params={"after": len(entries)}).json()
            entries += page["entries"]
            more = page["more"]
        return entries

    def state(self) -> Any:
        """Return what stands at Zoom now: the users and their meetings."""
        return self._http.get("/__ctl/state").json()
