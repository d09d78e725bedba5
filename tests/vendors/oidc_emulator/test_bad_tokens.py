"""Each way an ID token can be bad reaches the application, which must refuse it; the one after is good again."""

from typing import Any

import pytest
from joserfc.errors import JoseError
from joserfc.jws import extract_compact

from tests.vendors.oidc_emulator.application import Application
from tests.vendors.oidc_emulator.conftest import Place

BAD = [
    {"claims": {"aud": "another-application"}},
    {"claims": {"iss": "http://evil.example"}},
    {"claims": {"nonce": "of-somebody-else"}},
    {"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}},
    {"drop": ["nonce"]},
    {"drop": ["aud"]},
    {"drop": ["exp"]},
    {"drop": ["sub"]},
    {"expired": True},
    {"signature": "unknown-key"},
    {"signature": "none"},
    {"signature": "public-key-as-secret"},
    {"kid": "nobody-knows-this-key"},
]


def spoil(app: Application, wish: Any) -> int:
    return app.http.post("/__ctl/next-token", json=wish).status_code


@pytest.mark.parametrize("wish", BAD, ids=str)
def test_a_bad_token_is_refused_and_only_that_one(provider: Place, wish: dict[str, Any]) -> None:
    assert spoil(provider.app, wish) == 200
    with pytest.raises((JoseError, ValueError)):
        provider.sign_in()
    provider.sign_in()


def test_the_spoilt_claims_are_the_ones_in_the_token(provider: Place) -> None:
    spoil(provider.app, {"claims": {"sub": "of-another-person", "email": "victim@nordlicht.example"}, "drop": ["name"]})
    claims = provider.sign_in()
    assert (claims["sub"], claims["email"]) == ("of-another-person", "victim@nordlicht.example")
    assert "name" not in claims


def test_a_wrong_key_id_stands_over_a_right_signature_and_the_other_way_round(provider: Place) -> None:
    right = provider.emulator.provider.keys.current.kid

    def header(wish: dict[str, Any]) -> dict[str, Any]:
        spoil(provider.app, wish)
        token = provider.app.fetch(provider.app.go(provider.person)).json()["id_token"]
        return dict(extract_compact(token.encode()).headers())

    assert header({"kid": "x"})["kid"] == "x"
    assert header({"signature": "unknown-key"})["kid"] == right
    assert header({"signature": "public-key-as-secret"})["alg"] == "HS256"
    assert header({"signature": "none"})["alg"] == "none"


@pytest.mark.parametrize(
    "wish",
    [
        {"claim": {}},
        {"signature": "bad"},
        {"claims": []},
        {"expired": "yes"},
        {"drop": 3},
        {"drop": "nonce"},
        {"kid": 1},
        [],
        "x",
        None,
    ],
    ids=str,
)
def test_a_misspelt_wish_is_an_error_and_spoils_nothing(provider: Place, wish: Any) -> None:
    assert spoil(provider.app, wish) == 400
    assert provider.app.http.post("/__ctl/next-token", content=b"{").status_code == 400
    assert provider.app.http.get("/__ctl/state").json()["next_token_is_spoilt"] is False


def test_an_empty_wish_takes_the_last_one_back(provider: Place) -> None:
    spoil(provider.app, {"signature": "none"})
    spoil(provider.app, {})
    provider.sign_in()


def test_an_old_token_outlives_one_key_rotation_and_not_two(provider: Place) -> None:
    answer = provider.app.go(provider.person)
    token = provider.app.fetch(answer).json()

    def verify() -> None:
        provider.app.verify(token, nonce=answer.nonce, issuer=provider.issuer_of_person)

    before = provider.emulator.provider.keys.current.kid
    provider.app.http.post("/__ctl/rotate-keys")
    published = provider.app.http.get(provider.app.metadata["jwks_uri"]).json()["keys"]
    assert [key["kid"] for key in published][1:] == [before]
    assert not any({"d", "p", "q"} & key.keys() for key in published)
    verify()
    provider.sign_in()
    provider.app.http.post("/__ctl/rotate-keys")
    with pytest.raises((JoseError, ValueError)):
        verify()
