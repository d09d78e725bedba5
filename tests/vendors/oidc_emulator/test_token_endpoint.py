"""The application's part: codes, client authentication, refresh, userinfo."""

import base64
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote_plus

import httpx
import pytest

from tests.vendors.oidc_emulator.application import CLIENT_ID, CLIENT_SECRET
from tests.vendors.oidc_emulator.conftest import Place


@pytest.mark.parametrize("auth_method", ["client_secret_post", "client_secret_basic"])
def test_a_person_signs_in_with_authlib(provider: Place, auth_method: str) -> None:
    provider.app.auth_method = auth_method
    claims = provider.sign_in()
    person = provider.emulator.provider.vendor.everybody[provider.person]
    assert (claims["name"], claims["email"]) == (person.name, person.email)
    assert claims["exp"] - claims["iat"] == 3600


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "made-up"},
        {"code": None},
        {"code_verifier": "x" * 48},
        {"code_verifier": None},
        {"code_verifier": "ö"},
        {"redirect_uri": "http://127.0.0.1:8000/other"},
        {"redirect_uri": None},
    ],
)
def test_a_code_with_anything_wrong_gives_nothing(provider: Place, wrong: dict[str, str | None]) -> None:
    answer = provider.app.go(provider.person)
    refused = provider.app.fetch(answer, **wrong)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert refused.headers["cache-control"] == "no-store"
    assert provider.app.fetch(answer).status_code == 200


def test_a_code_works_once(provider: Place) -> None:
    answer = provider.app.go(provider.person)
    assert provider.app.fetch(answer).status_code == 200
    assert provider.app.fetch(answer).json()["error"] == "invalid_grant"


def test_of_many_who_bring_the_same_code_at_once_one_gets_tokens(provider: Place) -> None:
    answer = provider.app.go(provider.person)
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: provider.app.fetch(answer).status_code, range(8)))
    assert sorted(statuses) == [200] + [400] * 7


def test_a_code_lives_five_minutes(provider: Place) -> None:
    early, late = provider.app.go(provider.person), provider.app.go(provider.person)
    provider.clock.move(minutes=4, seconds=59)
    assert provider.app.fetch(early).status_code == 200
    provider.clock.move(seconds=1)
    assert provider.app.fetch(late).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("wrong", [{"client_id": "x"}, {"client_secret": "x"}, {"client_secret": None}])
def test_a_wrong_secret_is_invalid_client(provider: Place, wrong: dict[str, str | None]) -> None:
    refused = provider.app.fetch(provider.app.go(provider.person), **wrong)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("header", ["Basic", "Basic !!", "Bearer x", "Basic " + base64.b64encode(b"a:b").decode()])
def test_a_bad_authorization_header_is_invalid_client(provider: Place, header: str) -> None:
    form = {"grant_type": "authorization_code"}
    headers = {"Authorization": header}
    refused = provider.app.http.post(provider.app.metadata["token_endpoint"], data=form, headers=headers)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")


def test_two_ways_to_authenticate_at_once_are_refused(provider: Place) -> None:
    basic = base64.b64encode(f"{quote_plus(CLIENT_ID)}:{quote_plus(CLIENT_SECRET)}".encode()).decode()
    provider.app.http.headers["Authorization"] = f"Basic {basic}"
    assert provider.app.fetch(provider.app.go(provider.person)).json()["error"] == "invalid_request"


def test_another_grant_type_is_refused(provider: Place) -> None:
    refused = provider.app.fetch(provider.app.go(provider.person), grant_type="password")
    assert refused.json()["error"] == "unsupported_grant_type"


def test_userinfo_speaks_of_the_person_until_the_access_token_expires(provider: Place) -> None:
    answer = provider.app.go(provider.person)
    token = provider.app.fetch(answer).json()
    claims = provider.app.verify(token, nonce=answer.nonce, issuer=provider.issuer_of_person)

    def userinfo(access_token: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {access_token}"}
        return provider.app.http.get(provider.app.metadata["userinfo_endpoint"], headers=headers)

    said = userinfo(token["access_token"]).json()
    assert (said["sub"], said["email"]) == (claims["sub"], claims["email"])
    assert userinfo("made-up").status_code == 401
    assert provider.app.http.get(provider.app.metadata["userinfo_endpoint"]).status_code == 401
    provider.clock.move(hours=1)
    assert userinfo(token["access_token"]).status_code == 401


def test_only_what_was_asked_for_is_told(provider: Place) -> None:
    provider.app.scope = "openid"
    claims = provider.sign_in()
    assert not {"email", "email_verified", "name", "preferred_username"} & claims.keys()


def test_an_access_token_without_openid_says_nothing_of_the_person(provider: Place) -> None:
    provider.app.scope = "email"
    token = provider.app.fetch(provider.app.go(provider.person)).json()
    assert "id_token" not in token
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    assert provider.app.http.get(provider.app.metadata["userinfo_endpoint"], headers=headers).status_code == 401


def test_sign_in_alone_gives_no_refresh_token_and_a_made_up_one_is_refused(provider: Place) -> None:
    assert "refresh_token" not in provider.app.fetch(provider.app.go(provider.person)).json()
    assert provider.app.refresh("made-up").json()["error"] == "invalid_grant"


def test_paths_and_methods_that_are_not_emulated_say_so(provider: Place) -> None:
    assert provider.app.http.get("/nothing").status_code == 404
    assert provider.app.http.get(provider.app.metadata["token_endpoint"]).status_code == 405
