"""Who allowed the app what: codes, tokens and the list of installed apps (contract chapter 2)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sivient.vendors.zoom.emulator.app import ZoomApp
from sivient.vendors.zoom.emulator.clock import Clock
from sivient.vendors.zoom.emulator.mint import Mint
from sivient.vendors.zoom.emulator.people import ZoomUser
from sivient.vendors.zoom.emulator.records import AccessToken, Code, InstalledApp, RefreshToken
from sivient.vendors.zoom.emulator.store import Store

CODE_SECONDS = 5 * 60
ACCESS_SECONDS = 60 * 60
REFRESH_SECONDS = 90 * 24 * 60 * 60


class Grants:
    """Every permission the app holds. A Zoom user has at most one living chain of tokens."""

    def __init__(self, app: ZoomApp, store: Store, clock: Clock, mint: Mint) -> None:
        self._app = app
        self._store = store
        self._clock = clock
        self._mint = mint
        self._grace: float | None = None

    @property
    def published(self) -> bool:
        """Whether users of other accounts may add the app and deauthorizations are told."""
        switched = self._store.switches.published
        return self._app.published if switched is None else switched

    @property
    def scopes(self) -> list[str]:
        """The scopes that the app asks for now; tokens made earlier keep theirs."""
        switched = self._store.switches.scopes
        return list(self._app.scopes) if switched is None else switched

    def may_add(self, user: ZoomUser) -> bool:
        """Whether this user may authorize the app: a private one is for its own account."""
        return self.published or user.account.id == self._app.owner_account_id

    def allow(self, user: ZoomUser, *, redirect_uri: str, challenge: str, method: str) -> Code:
        """The user pressed Allow: list the app as installed and return a code."""
        now = self._clock.seconds()
        scope = " ".join(self.scopes)
        self._store.installed.put(user.id, InstalledApp(user.id, scope, now))
        code = Code(self._mint.code(), user.id, redirect_uri, challenge, method, scope, now + CODE_SECONDS)
        return self._store.codes.put(code.value, code)

    def code(self, value: str) -> Code | None:
        """Return the code and leave it good."""
        return self._store.codes.get(value)

    def take_code(self, value: str) -> Code | None:
        """Return the code and use it up, whatever comes of it."""
        return self._store.codes.drop(value)

    def begin(self, user_id: str, scope: str) -> tuple[AccessToken, RefreshToken]:
        """Start a chain of tokens; an earlier one of the same user dies (4741)."""
        self.kill(user_id)
        return self._issue(user_id, scope)

    def rotate(self, used: RefreshToken) -> tuple[AccessToken, RefreshToken]:
        """Follow a refresh token with new ones. The earlier access token lives out its hour."""
        now = self._clock.seconds()
        grace = self._store.switches.refresh_grace_seconds if self._grace is None else self._grace
        if not used.used:
            used.used = True
            used.expires_at = min(used.expires_at, now + grace)
            self._store.refresh.put(used.value, used)
        self._forget_expired(used.user_id, now)
        return self._issue(used.user_id, used.scope)

    @contextmanager
    def with_grace(self, seconds: float) -> Iterator[None]:
        """Let a used refresh token live on for so long, in place of what the switch says."""
        self._grace = seconds
        try:
            yield
        finally:
            self._grace = None

    def access_token(self, value: str) -> AccessToken | None:
        """Return a known access token, perhaps expired; None for a killed or foreign one."""
        return self._store.access.get(value)

    def refresh_token(self, value: str) -> RefreshToken | None:
        """Return a living refresh token, or None."""
        token = self._store.refresh.get(value)
        return token if token and self._clock.seconds() < token.expires_at else None

    def is_expired(self, token: AccessToken) -> bool:
        """Whether its hour is over."""
        return self._clock.seconds() >= token.expires_at

    def kill(self, user_id: str) -> None:
        """End every token of this user at once."""
        for access in self._store.access:
            if access.user_id == user_id:
                self._store.access.drop(access.value)
        for refresh in self._store.refresh:
            if refresh.user_id == user_id:
                self._store.refresh.drop(refresh.value)

    def remove(self, user_id: str) -> bool:
        """Take the app off the user's list: codes and tokens die. Return whether it was installed."""
        self.kill(user_id)
        for code in self._store.codes:
            if code.user_id == user_id:
                self._store.codes.drop(code.value)
        return self._store.installed.drop(user_id) is not None

    def living(self, user_id: str) -> tuple[int, int]:
        """Count the user's living access and refresh tokens."""
        now = self._clock.seconds()
        access = sum(t.user_id == user_id and now < t.expires_at for t in self._store.access)
        refresh = sum(t.user_id == user_id and now < t.expires_at for t in self._store.refresh)
        return access, refresh

    def _issue(self, user_id: str, scope: str) -> tuple[AccessToken, RefreshToken]:
        now = self._clock.seconds()
        access = AccessToken(self._mint.token("access", user_id, now), user_id, scope, now + ACCESS_SECONDS)
        refresh = RefreshToken(self._mint.token("refresh", user_id, now), user_id, scope, now + REFRESH_SECONDS)
        self._store.access.put(access.value, access)
        self._store.refresh.put(refresh.value, refresh)
        return access, refresh

    def _forget_expired(self, user_id: str, now: float) -> None:
        """Keep the tables small: a token expired a day ago may as well be unknown."""
        for access in self._store.access:
            if access.user_id == user_id and access.expires_at < now - 86400:
                self._store.access.drop(access.value)
        for refresh in self._store.refresh:
            if refresh.user_id == user_id and refresh.expires_at <= now:
                self._store.refresh.drop(refresh.value)
