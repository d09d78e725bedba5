"""One sign-in by OpenID Connect: to the provider and back, on Authlib's Django client.

Imported only when somebody signs in, so that an idle process does not carry Authlib and requests.

What Authlib checks by itself is not all of it: the lifetime of the state, a missing ID token, the algorithm, the
issuer (with Microsoft: against the tenant) and the audience are asked for here (OpenID Connect Core 3.1.3.7).
"""

import logging
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.django_client import DjangoIntegration, DjangoOAuth2App
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.urls import reverse
from joserfc.errors import JoseError
from requests import RequestException

from sivient.accounts.providers import Person, Provider, UnfitClaims

STATE_LIFETIME = 10 * 60  # seconds
ALGORITHMS = ["RS256"]  # what both providers sign with; `none` and HMAC must not be a choice of the token
SCOPE = "openid email profile"
TIMEOUT = (3, 10)  # seconds to connect, to answer
CLOCK_SKEW = 60  # seconds
CACHE_SECONDS = 3600  # discovery document and keys; an unknown key id is looked up at once

logging.getLogger("authlib").setLevel(logging.WARNING)  # its debug lines hold verifiers and tokens

# What a provider's answer is that makes no sense: not JSON, not the right types, parts missing.
_NONSENSE = (LookupError, TypeError, ValueError, RuntimeError)


class SignInFailed(Exception):
    """Nobody was signed in. The class says why; the text is a word for the log."""


class NotOurs(SignInFailed):
    """The state is not one that this browser was given in the last ten minutes, or was used before."""


class Declined(SignInFailed):
    """The person pressed Cancel at the provider."""


class Refused(SignInFailed):
    """The provider refused the code: used, expired, or not the one for this verifier."""


class Unverified(SignInFailed):
    """The ID token is not what it must be."""


class ProviderDown(SignInFailed):
    """The provider did not answer, or answered with an error of its own."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who came back, and what they had come for."""

    person: Person
    next: str
    invitation: str


class _StateInSession(DjangoIntegration):  # type: ignore[misc]
    """Keeps state, nonce and verifier in the session, for ten minutes. Authlib itself would not look at the time."""

    expires_in = STATE_LIFETIME

    def get_state_data(self, session: SessionBase, state: str | None) -> dict[str, str] | None:
        kept = session.get(f"_state_{self.name}_{state}") or {}
        return kept.get("data") if kept.get("exp", 0) > time.time() else None


class _App(DjangoOAuth2App):  # type: ignore[misc]
    """Authlib's client with the algorithms fixed: the discovery document does not decide about them."""

    def load_server_metadata(self) -> dict[str, Any]:
        metadata: dict[str, Any] = super().load_server_metadata()
        metadata["id_token_signing_alg_values_supported"] = ALGORITHMS
        return metadata


def begin(request: HttpRequest, provider: Provider, *, next_page: str, invitation: str) -> str:
    """Return the provider's address for this sign-in; state, nonce and verifier are in the session. ProviderDown."""
    app = _app(provider)
    try:
        # Choosing the account each time: after signing out, nobody is signed in again by a provider's own session.
        going: dict[str, str] = app.create_authorization_url(_callback(provider), prompt="select_account")
    except (AuthlibBaseError, RequestException, *_NONSENSE) as error:
        raise ProviderDown(type(error).__name__) from error
    app.save_authorize_data(request, redirect_uri=_callback(provider), next=next_page, invitation=invitation, **going)
    return going["url"]


def finish(request: HttpRequest, provider: Provider) -> Arrival:
    """Return who came back from the provider. A state works once. Raises SignInFailed."""
    app = _app(provider)
    started = app.framework.get_state_data(request.session, request.GET.get("state"))
    if started is None:
        raise NotOurs
    try:
        if "error" in request.GET:
            raise _refusal(request.GET["error"])
        person = provider.read(_verified(app, request, provider))
    except UnfitClaims as error:
        raise Unverified(str(error)) from error
    finally:
        app.framework.clear_state_data(request.session, request.GET.get("state"))
    return Arrival(person, started.get("next", ""), started.get("invitation", ""))


def _verified(app: _App, request: HttpRequest, provider: Provider) -> dict[str, Any]:
    """Fetch the tokens for the code and return the claims of a good ID token."""
    try:
        metadata = app.load_server_metadata()
        token = app.authorize_access_token(
            request, claims_options=_claims_options(provider, metadata["issuer"]), leeway=CLOCK_SKEW
        )
        claims: dict[str, Any] = token["userinfo"]  # missing when no ID token came: then it is nonsense
    except JoseError as error:
        raise Unverified(error.error) from error
    except OAuthError as error:
        raise _token_refusal(error.error) from error
    except AuthlibBaseError as error:
        raise Refused(error.error) from error
    except (RequestException, *_NONSENSE) as error:
        raise ProviderDown(type(error).__name__) from error
    return claims


def _claims_options(provider: Provider, discovered: str) -> dict[str, dict[str, Any]]:
    """Return what Authlib has to ask of the claims. Made anew each time: it takes the dictionary apart."""
    return {
        "iss": {
            "essential": True,
            "validate": lambda claims, _: provider.is_issuer(claims, discovered, provider.authority),
        },
        "aud": {"essential": True, "value": provider.client_id},
        **{name: {"essential": True} for name in ("sub", "exp", "iat", "nonce")},
    }


def _refusal(error: str) -> SignInFailed:
    """Return what an error on the way back means (RFC 6749 4.1.2.1)."""
    if error in ("access_denied", "consent_required", "interaction_required", "login_required"):
        return Declined(error)
    return ProviderDown("error on return")


def _token_refusal(error: str | None) -> SignInFailed:
    """Return what an error of the token endpoint means (RFC 6749 5.2)."""
    return Refused(error) if error == "invalid_grant" else ProviderDown(f"token endpoint: {error}")


def _callback(provider: Provider) -> str:
    return f"{settings.BASE_URL}{reverse('sign-in-callback', args=[provider.key])}"


def _app(provider: Provider) -> _App:
    return _made(provider, int(time.time()) // CACHE_SECONDS)


@lru_cache(maxsize=8)
def _made(provider: Provider, hour: int) -> _App:
    return _App(
        framework=_StateInSession(provider.key),
        name=provider.key,
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        server_metadata_url=provider.discovery_url,
        client_kwargs={
            "scope": SCOPE,
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": "client_secret_post",
            "default_timeout": TIMEOUT,
        },
    )
