"""Connecting: to the vendor's consent page and back (OAuth 2.0 authorization code with PKCE, RFC 6749 and 7636).

The one place where a vendor is asked while a person waits: two calls with short timeouts, no transaction open.
"""

import hashlib
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models.functions import Now

from sivient.accounts.models import User
from sivient.accounts.plans import Feature, allows
from sivient.integrations import alarms, registry, renewal, revocation, services
from sivient.integrations.models import Connection, OAuthFlow
from sivient.ports.errors import IntegrationError, Misconfigured, Rejected
from sivient.ports.vendor import OAuth, Provider, Tokens, VendorAccount

STATE_LIFETIME = timedelta(minutes=10)
log = logging.getLogger(__name__)


class Outcome(StrEnum):
    """Why a host is not connected. The page has a sentence for each; the previous state stays."""

    OFF = "off"  # no app registered by the operator
    PLAN = "plan"
    UNASKED = "unasked"  # an install that did not start here
    FOREIGN = "foreign"  # started by somebody else, in another browser, or never
    USED = "used"  # the same return twice
    LATE = "late"  # more than ten minutes on the way
    DECLINED = "declined"
    REFUSED = "refused"  # the vendor ended it with another error
    CODE = "code"  # expired, used or foreign code
    PERMISSIONS = "permissions"  # a scope is missing
    OPERATOR = "operator"  # the vendor does not accept our app
    SILENT = "silent"  # the vendor did not answer
    INCOMPLETE = "incomplete"  # the vendor's answer lacks what lasting access needs
    NAMELESS = "nameless"  # the vendor did not say who it was


# After these the vendor may have made new tokens, and so have ended those that the host's connection has.
IN_DOUBT = frozenset({Outcome.PERMISSIONS, Outcome.SILENT, Outcome.INCOMPLETE, Outcome.NAMELESS})


class NotConnected(Exception):
    """The host is not connected; `outcome` says why."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class Return:
    """What the browser brought back; whatever is missing is empty."""

    state: str
    code: str
    error: str
    session_key: str


def start(user: User, vendor: str, *, session_key: str, account: str = "") -> str:
    """Return the consent page's address for this user in this session; raise NotConnected if it may not begin.

    `account` is the one of the connection that is to be renewed, where a host may have several.
    """
    provider = registry.provider(vendor)
    meant = Connection.objects.filter(user=user, vendor=vendor, account=account).first() if account else None
    _check_may_connect(user, vendor)
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    page = _consent_page(provider, state, verifier, meant.label if meant else "")
    OAuthFlow.objects.create(
        digest=_digest(state),
        user=user,
        session_digest=_digest(session_key),
        vendor=vendor,
        verifier=verifier,
        account=meant.account if meant else "",
        created_at=Now(),
    )
    return page


def finish(user: User, vendor: str, back: Return) -> Connection:
    """Connect the host who came back, or raise NotConnected and leave everything as it was."""
    provider = registry.provider(vendor)
    verifier, returned_at = _take(user, vendor, back)
    if back.error:
        raise NotConnected(Outcome.DECLINED if back.error == "access_denied" else Outcome.REFUSED)
    if not back.code:
        raise NotConnected(Outcome.REFUSED)
    _check_may_connect(user, vendor)
    try:
        return _connected(user, provider, back.code, verifier, asked_at=returned_at)
    except NotConnected as ended:
        if ended.outcome in IN_DOUBT and not provider.several:
            renewal.check_later(user, vendor)
        raise


def is_another(back: Return, connection: Connection) -> bool:
    """Say whether the host meant to renew one account's connection and came back with another account's."""
    flow = OAuthFlow.objects.filter(digest=_digest(back.state)).first()
    return flow is not None and flow.account not in ("", connection.account)


def _connected(user: User, provider: Provider, code: str, verifier: str, *, asked_at: datetime) -> Connection:
    """Exchange the code, ask who it is, and store both. What cannot be used is given back."""
    oauth = _oauth(provider)
    tokens = _exchange(oauth, provider.key, code, verifier)
    try:
        if not tokens.refresh_token:
            raise NotConnected(Outcome.INCOMPLETE)
        if not provider.grants_enough(tokens.scope):
            raise NotConnected(Outcome.PERMISSIONS)
        account = _account(oauth, tokens)
    except NotConnected:
        revocation.withdraw(provider.key, tokens)
        raise
    return services.connect(user, provider.key, tokens, account, asked_at=asked_at)


def _check_may_connect(user: User, vendor: str) -> None:
    if not registry.app(vendor).configured or registry.provider(vendor).oauth is None:
        raise NotConnected(Outcome.OFF)
    if not allows(user, Feature.SCHEDULING):
        raise NotConnected(Outcome.PLAN)


def _take(user: User, vendor: str, back: Return) -> tuple[str, datetime]:
    """Use up the state, which works once, for the user and the session that it was made for.

    Returns the verifier, and when the host came back on the database's clock.
    """
    if not back.state:
        raise NotConnected(Outcome.UNASKED if back.code else Outcome.REFUSED)
    flow = OAuthFlow.objects.filter(digest=_digest(back.state), vendor=vendor, user=user).first()
    if flow is None or not secrets.compare_digest(flow.session_digest, _digest(back.session_key)):
        raise NotConnected(Outcome.FOREIGN)
    if not OAuthFlow.objects.filter(pk=flow.pk, returned_at=None).update(returned_at=Now()):
        raise NotConnected(Outcome.USED)
    flow.refresh_from_db(fields=["returned_at"])
    if flow.returned_at is None or flow.returned_at - flow.created_at > STATE_LIFETIME:
        raise NotConnected(Outcome.LATE)
    return flow.verifier, flow.returned_at


def _consent_page(provider: Provider, state: str, verifier: str, login_hint: str) -> str:
    """Return the consent page's address, which some vendors have to be asked for."""
    redirect_uri = registry.redirect_uri(provider.key)
    try:
        return _oauth(provider).authorize_url(
            redirect_uri=redirect_uri, state=state, verifier=verifier, login_hint=login_hint
        )
    except Misconfigured as error:
        raise NotConnected(Outcome.OPERATOR) from error
    except IntegrationError as error:
        raise NotConnected(Outcome.SILENT) from error


def _exchange(oauth: OAuth, vendor: str, code: str, verifier: str) -> Tokens:
    try:
        return oauth.exchange(code, redirect_uri=registry.redirect_uri(vendor), verifier=verifier)
    except Misconfigured as error:
        log.error("vendor refused our app", extra={"vendor": vendor})
        alarms.app_refused(vendor)
        raise NotConnected(Outcome.OPERATOR) from error
    except Rejected as error:
        raise NotConnected(Outcome.CODE) from error
    except IntegrationError as error:
        raise NotConnected(Outcome.SILENT) from error


def _account(oauth: OAuth, tokens: Tokens) -> VendorAccount:
    """Ask who it is, once. Without an answer the permission cannot be kept: nobody could end it later."""
    try:
        return oauth.account(tokens.access_token)
    except IntegrationError as error:
        raise NotConnected(Outcome.NAMELESS) from error


def _oauth(provider: Provider) -> OAuth:
    return registry.oauth(provider.key, services.WHILE_SOMEBODY_WAITS)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
