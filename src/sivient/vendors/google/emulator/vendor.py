"""What Google does in its own way (calendars contract, chapters 1.1 and 1.2)."""

from collections.abc import Mapping, Sequence
from typing import Any

from sivient.vendors.google.emulator import scopes as calendar_scopes
from sivient.vendors.google.emulator.people import PEOPLE, GooglePerson
from sivient.vendors.oidc_emulator import Located, Look, Vendor, half_hash

USERINFO_SCOPE = "https://www.googleapis.com/auth/userinfo."
SIGN_IN = {"openid", "email", "profile", USERINFO_SCOPE + "email", USERINFO_SCOPE + "profile"}
PATHS = {
    "/.well-known/openid-configuration": "discovery",
    "/o/oauth2/v2/auth": "authorize",
    "/token": "token",
    "/revoke": "revoke",
    "/v1/userinfo": "userinfo",
    "/oauth2/v3/certs": "jwks",
}


class Google(Vendor[GooglePerson]):
    """Google, all its hosts at one base address."""

    look = Look("Google", accent="#0b57d0", accent_dark="#a8c7fa")
    scopes = calendar_scopes.KNOWN | SIGN_IN
    replaces_refresh_tokens = False

    def __init__(self, base_url: str) -> None:
        super().__init__(base_url, PEOPLE)

    def locate(self, path: str) -> Located | None:
        """Say what a path means."""
        return Located(PATHS[path]) if path in PATHS else None

    def discovery(self, audience: str) -> dict[str, Any]:
        """Return the discovery document; the issuer is the base address itself."""
        at = {endpoint: self.base_url + path for path, endpoint in PATHS.items()}
        return {
            "issuer": self.base_url,
            "authorization_endpoint": at["authorize"],
            "token_endpoint": at["token"],
            "userinfo_endpoint": at["userinfo"],
            "revocation_endpoint": at["revoke"],
            "jwks_uri": at["jwks"],
            "subject_types_supported": ["public"],
            "scopes_supported": ["openid", "email", "profile"],
            "claims_supported": [
                *("aud", "email", "email_verified", "exp", "family_name", "given_name"),
                *("hd", "iat", "iss", "name", "sub"),
            ],
        }

    def id_claims(
        self, person: GooglePerson, scopes: Sequence[str], *, client_id: str, access_token: str, now: int
    ) -> dict[str, Any]:
        """Return the claims of Google's ID token."""
        return {
            "iss": self.base_url,
            "azp": client_id,
            "at_hash": half_hash(access_token),
            **self.profile(person, scopes, client_id=client_id),
        }

    def profile(self, person: GooglePerson, scopes: Sequence[str], *, client_id: str) -> dict[str, Any]:
        """Return what Google says of the person; `sub` is the same for every application."""
        said: dict[str, Any] = {"sub": person.sub}
        if _covers(scopes, "email"):
            said |= {"email": person.email, "email_verified": True}
        if _covers(scopes, "profile"):
            given, _, family = person.name.partition(" ")
            said |= {"name": person.name, "given_name": given, "family_name": family}
        if person.hd:
            said["hd"] = person.hd
        return said

    def wants_refresh_token(self, params: Mapping[str, str], *, seen_before: bool) -> bool:
        """Offline access has to be asked for, and comes with a consent screen: the first one, or a forced one."""
        asked_again = "consent" in params.get("prompt", "").split()
        return params.get("access_type") == "offline" and (asked_again or not seen_before)

    def granted(self, scopes: Sequence[str]) -> str:
        """Spell the short names out, as Google does."""
        return " ".join(USERINFO_SCOPE + scope if scope in ("email", "profile") else scope for scope in scopes)

    def tick_boxes(self, scopes: Sequence[str]) -> dict[str, str]:
        """Calendars are allowed one by one (granular consent); signing in is not asked about."""
        return {scope: calendar_scopes.in_words(scope) for scope in scopes if scope in calendar_scopes.KNOWN}

    def callback_extras(self, person: GooglePerson, scopes: Sequence[str]) -> dict[str, str]:
        """Add what Google tells the application on the way back."""
        extras = {"scope": self.granted(scopes), "authuser": "0", "prompt": "none"}
        return extras | ({"hd": person.hd} if person.hd else {})


def _covers(scopes: Sequence[str], wish: str) -> bool:
    return wish in scopes or USERINFO_SCOPE + wish in scopes
