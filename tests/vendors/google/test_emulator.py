"""What only Google does, over real HTTP."""

from collections.abc import Iterator

import httpx
import pytest

from sivient.demo import httpd
from sivient.vendors.google.emulator import PEOPLE, GoogleEmulator
from tests.vendors.oidc_emulator.application import REGISTERED, Application

DISCOVERY = "/.well-known/openid-configuration"


@pytest.fixture
def app() -> Iterator[Application]:
    # The address is known once the port is: the emulator is made for it, behind the open door.
    emulator: list[GoogleEmulator] = []
    server = httpd.serve(lambda request: emulator[0].handle(request))
    emulator.append(GoogleEmulator(server.url, **REGISTERED))
    with httpx.Client(base_url=server.url) as http:
        yield Application(http, server.url + DISCOVERY)
    server.close()


def issuer(app: Application) -> str:
    return str(app.http.base_url).rstrip("/")


def test_discovery_names_the_base_address_as_issuer(app: Application) -> None:
    assert app.metadata["issuer"] == issuer(app)
    assert app.metadata["subject_types_supported"] == ["public"]
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "revocation_endpoint", "jwks_uri"):
        assert app.metadata[name].startswith(issuer(app) + "/")
    assert app.http.get(DISCOVERY).headers["cache-control"] == "public, max-age=3600"


def test_a_workspace_person_has_a_domain_and_an_outside_address_has_none(app: Application) -> None:
    mara = app.sign_in("mara", issuer=issuer(app))
    assert mara["sub"] == PEOPLE["mara"].sub
    assert (mara["email"], mara["email_verified"]) == ("mara@nordlicht.example", True)
    assert mara["hd"] == "nordlicht.example"
    assert mara["azp"] == mara["aud"]
    assert {"at_hash", "given_name", "family_name"} <= mara.keys()

    jonas = app.sign_in("jonas", issuer=issuer(app))
    assert (jonas["sub"], jonas["email"]) == (PEOPLE["jonas"].sub, "jonas@weber.example")
    assert "hd" not in jonas


def test_the_answer_spells_the_scopes_out(app: Application) -> None:
    answer = app.go("mara")
    token = app.fetch(answer).json()
    expected = "openid https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/userinfo.profile"
    assert token["scope"] == answer.params["scope"] == expected
    assert token["token_type"] == "Bearer"


def test_a_refresh_token_comes_with_offline_access_at_the_first_consent_or_a_forced_one(app: Application) -> None:
    def refresh_token(**extra: str) -> str | None:
        token: dict[str, str] = app.fetch(app.go("mara", access_type="offline", **extra)).json()
        return token.get("refresh_token")

    first = refresh_token()
    assert first is not None
    assert refresh_token() is None
    assert refresh_token(prompt="select_account consent") is not None

    refreshed = app.refresh(first).json()
    assert "refresh_token" not in refreshed
    assert refreshed["access_token"]
    assert app.refresh(first).status_code == 200


def test_revoking_either_token_ends_both_and_the_consent(app: Application) -> None:
    def revoke(token: str) -> int:
        return app.http.post(app.metadata["revocation_endpoint"], data={"token": token}).status_code

    token = app.fetch(app.go("mara", access_type="offline")).json()
    assert revoke(token["access_token"]) == 200
    assert app.refresh(token["refresh_token"]).json()["error"] == "invalid_grant"
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    assert app.http.get(app.metadata["userinfo_endpoint"], headers=headers).status_code == 401
    assert revoke(token["access_token"]) == 400

    again = app.fetch(app.go("mara", access_type="offline")).json()
    by_address = app.http.post(app.metadata["revocation_endpoint"], params={"token": again["refresh_token"]})
    assert by_address.status_code == 200
