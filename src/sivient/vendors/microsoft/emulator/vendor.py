"""What Microsoft does in its own way (calendars contract, chapters 2.1 to 2.3)."""

import base64
import hashlib
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sivient.vendors.microsoft.emulator.people import PEOPLE, PERSONAL_TENANT, MicrosoftPerson
from sivient.vendors.oidc_emulator import Located, Look, OAuthError, Vendor

PATHS = {
    "v2.0/.well-known/openid-configuration": "discovery",
    "oauth2/v2.0/authorize": "authorize",
    "oauth2/v2.0/token": "token",
    "discovery/v2.0/keys": "jwks",
}
USERINFO_PATH = "/oidc/userinfo"  # graph.microsoft.com, which knows no tenants in its paths
CALENDAR_SCOPES = ("Calendars.ReadBasic", "Calendars.Read", "Calendars.ReadWrite")
TENANT_IN_WORDS = "{tenantid}"  # literally: the discovery document of `common` names no tenant

# The number every error text starts with, by OAuth error.
AADSTS = {
    "invalid_grant": 70000,
    "invalid_client": 7000215,
    "invalid_request": 900144,
    "unsupported_grant_type": 70003,
    "access_denied": 65004,
    "consent_required": 65001,
}


class Microsoft(Vendor[MicrosoftPerson]):
    """Microsoft, login and Graph hosts at one base address."""

    look = Look("Microsoft", accent="#0067b8", accent_dark="#7cc0ff")
    scopes = frozenset({"openid", "email", "profile", "offline_access", "User.Read", *CALENDAR_SCOPES})
    replaces_refresh_tokens = True

    def __init__(self, base_url: str) -> None:
        super().__init__(base_url, PEOPLE)

    def locate(self, path: str) -> Located | None:
        """Say what a path means: `/<tenant>/<endpoint>`."""
        if path == USERINFO_PATH:
            return Located("userinfo")
        _, tenant, rest = [*path.split("/", 2), "", ""][:3]
        known = tenant in ("common", "organizations", "consumers") or bool(self.people(tenant))
        return Located(PATHS[rest], tenant) if known and rest in PATHS else None

    def people(self, audience: str) -> list[MicrosoftPerson]:
        """Return whom a tenant lets in: everybody, every work account, every personal one, or its own people."""
        tenants = {
            "common": {person.tid for person in self.everybody.values()},
            "organizations": {person.tid for person in self.everybody.values()} - {PERSONAL_TENANT},
            "consumers": {PERSONAL_TENANT},
        }.get(audience, {audience})
        return [person for person in self.everybody.values() if person.tid in tenants]

    def discovery(self, audience: str) -> dict[str, Any]:
        """Return the discovery document of a tenant."""
        tenant = {
            "common": TENANT_IN_WORDS,
            "organizations": TENANT_IN_WORDS,
            "consumers": PERSONAL_TENANT,
        }.get(audience, audience)
        at = {endpoint: f"{self.base_url}/{audience}/{path}" for path, endpoint in PATHS.items()}
        return {
            "issuer": self._issuer(tenant),
            "authorization_endpoint": at["authorize"],
            "token_endpoint": at["token"],
            "userinfo_endpoint": self.base_url + USERINFO_PATH,
            "jwks_uri": at["jwks"],
            "subject_types_supported": ["pairwise"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "claims_supported": [
                *("aud", "email", "exp", "iat", "iss", "name"),
                *("nonce", "oid", "preferred_username", "sub", "tid", "ver"),
            ],
        }

    def id_claims(
        self, person: MicrosoftPerson, scopes: Sequence[str], *, client_id: str, access_token: str, now: int
    ) -> dict[str, Any]:
        """Return the claims of a v2.0 ID token: the issuer has the person's own tenant."""
        said: dict[str, Any] = {
            "ver": "2.0",
            "iss": self._issuer(person.tid),
            "sub": _pairwise(person, client_id),
            "tid": person.tid,
            "nbf": now,
        }
        if "profile" in scopes:
            said |= {"name": person.name, "preferred_username": person.sign_in_name, "oid": person.oid}
        if "email" in scopes and person.email:
            said["email"] = person.email
        return said

    def profile(self, person: MicrosoftPerson, scopes: Sequence[str], *, client_id: str) -> dict[str, Any]:
        """Return what the userinfo endpoint of Graph says."""
        said = {"sub": _pairwise(person, client_id)}
        if "profile" in scopes:
            given, _, family = person.name.partition(" ")
            said |= {"name": person.name, "given_name": given, "family_name": family}
        if "email" in scopes and person.email:
            said["email"] = person.email
        return said

    def wants_refresh_token(self, params: Mapping[str, str], *, seen_before: bool) -> bool:
        """Offline access is a scope here."""
        return "offline_access" in params.get("scope", "").split()

    def granted(self, scopes: Sequence[str]) -> str:
        """Return the scopes of the access token; offline_access is not one of them."""
        return " ".join(scope for scope in scopes if scope != "offline_access")

    def callback_extras(self, person: MicrosoftPerson, scopes: Sequence[str]) -> dict[str, str]:
        """Add the session's id, as Microsoft does."""
        return {"session_state": str(uuid.uuid4())}

    def declined(self) -> OAuthError:
        """Return the error of a person who pressed Cancel."""
        return OAuthError("access_denied", "AADSTS65004: User declined to consent to access the app.")

    def error_body(self, error: OAuthError) -> dict[str, Any]:
        """Return the JSON of a refusal: a number to branch on, and ids for the support."""
        number = AADSTS.get(error.error, 50000)
        trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
        return {
            "error": error.error,
            "error_description": f"AADSTS{number}: {error.description} Trace ID: {trace}",
            "error_codes": [number],
            "trace_id": trace,
            "correlation_id": correlation,
        }

    def _issuer(self, tenant: str) -> str:
        return f"{self.base_url}/{tenant}/v2.0"


def _pairwise(person: MicrosoftPerson, client_id: str) -> str:
    """Return the subject: another one for every application."""
    digest = hashlib.sha256(f"{client_id} {person.tid} {person.oid}".encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
