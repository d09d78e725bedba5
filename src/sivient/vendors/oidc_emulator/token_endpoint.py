"""What the application asks for itself: tokens for a code, fresh tokens, revocation, the person's profile."""

import secrets
from typing import Any

import httpx

from sivient.vendors.oidc_emulator.errors import OAuthError
from sivient.vendors.oidc_emulator.grants import ACCESS_TOKEN_LIFETIME
from sivient.vendors.oidc_emulator.provider import Provider
from sivient.vendors.oidc_emulator.requests import form_of, secret_json
from sivient.vendors.oidc_emulator.tokens import Tampering

ID_TOKEN_LIFETIME = 60 * 60


def exchange(provider: Provider, request: httpx.Request) -> httpx.Response:
    """Give tokens for a code or a refresh token (RFC 6749 4.1.3 and 6)."""
    form = form_of(request)
    try:
        provider.client.authenticate(form, request.headers.get("Authorization"))
        match form.get("grant_type"):
            case "authorization_code":
                body = _for_code(provider, form)
            case "refresh_token":
                body = _for_refresh_token(provider, form)
            case _:
                raise OAuthError("unsupported_grant_type", "Codes and refresh tokens are taken, nothing else.")
    except OAuthError as error:
        headers = {"WWW-Authenticate": 'Basic realm="token"'} if error.status == 401 else {}
        return secret_json(error.status, provider.vendor.error_body(error), headers)
    return secret_json(200, body)


def revoke(provider: Provider, request: httpx.Request) -> httpx.Response:
    """End the grant behind a token. As at Google, a token nobody knows is a 400, and the address may carry it."""
    token = form_of(request).get("token") or request.url.params.get("token", "")
    if provider.grants.revoke(token):
        return secret_json(200, {})
    error = OAuthError("invalid_token", "Token expired or revoked")
    return secret_json(400, provider.vendor.error_body(error))


def userinfo(provider: Provider, request: httpx.Request) -> httpx.Response:
    """Say who the access token's person is (OpenID Core 5.3)."""
    token = provider.bearer(request)
    if token is None or "openid" not in token.scopes:
        challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
        return secret_json(401, {"error": "invalid_token"}, challenge)
    person = provider.person(token.person)
    return secret_json(200, provider.vendor.profile(person, token.scopes, client_id=provider.client.id))


def _for_code(provider: Provider, form: dict[str, str]) -> dict[str, Any]:
    code = provider.grants.redeem(
        form.get("code", ""),
        redirect_uri=form.get("redirect_uri", ""),
        verifier=form.get("code_verifier"),
        now=provider.now(),
    )
    grant, before = secrets.token_hex(8), provider.grants.granted.get(code.person, [])
    together = code.params.get("include_granted_scopes") == "true"  # incremental authorization (contract 1.2)
    scopes = tuple(dict.fromkeys([*code.scopes, *before])) if together else code.scopes
    body = _access(provider, code.person, scopes, grant)
    if provider.vendor.wants_refresh_token(code.params, seen_before=code.person in provider.grants.consented):
        body["refresh_token"] = provider.grants.give_refresh(code.person, scopes, grant)
    provider.grants.consented.add(code.person)
    provider.grants.granted[code.person] = list(dict.fromkeys([*before, *code.scopes]))
    if "openid" in code.scopes:
        body["id_token"] = _id_token(provider, code.person, code.scopes, body["access_token"], code.nonce)
    return body


def _for_refresh_token(provider: Provider, form: dict[str, str]) -> dict[str, Any]:
    """The old refresh token stays good, as at both vendors (contract chapters 1.2 and 2.3)."""
    kept = provider.grants.refresh_tokens.get(form.get("refresh_token", ""))
    if kept is None:
        raise OAuthError("invalid_grant", "Token has been expired or revoked.")
    body = _access(provider, kept.person, kept.scopes, kept.grant)
    if provider.vendor.replaces_refresh_tokens:
        body["refresh_token"] = provider.grants.give_refresh(kept.person, kept.scopes, kept.grant)
    if "openid" in kept.scopes:
        body["id_token"] = _id_token(provider, kept.person, kept.scopes, body["access_token"], None)
    return body


def _access(provider: Provider, person: str, scopes: tuple[str, ...], grant: str) -> dict[str, Any]:
    return {
        "access_token": provider.grants.give_access(person, scopes, grant, now=provider.now()),
        "expires_in": ACCESS_TOKEN_LIFETIME - 1,  # an application that assumes 3600 is wrong by design
        "scope": provider.vendor.granted(scopes),
        "token_type": "Bearer",
    }


def _id_token(provider: Provider, person: str, scopes: tuple[str, ...], access_token: str, nonce: str | None) -> str:
    now, client_id = provider.now(), provider.client.id
    claims = provider.vendor.id_claims(
        provider.person(person), scopes, client_id=client_id, access_token=access_token, now=now
    )
    claims |= {"aud": client_id, "iat": now, "exp": now + ID_TOKEN_LIFETIME}
    if nonce is not None:
        claims["nonce"] = nonce
    tampering, provider.tampering = provider.tampering, Tampering()
    return tampering.sign(tampering.spoil(claims), provider.keys)
