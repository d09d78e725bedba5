"""The browser's part: who may come, and what goes back."""

from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from tests.vendors.oidc_emulator.application import CALLBACK, CLIENT_ID
from tests.vendors.oidc_emulator.conftest import Place

CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # RFC 7636 appendix B


def request(provider: Place, **changes: str | None) -> httpx.Response:
    """Send an authorization request that is right except for the changes; None leaves a parameter out."""
    params = {
        "client_id": CLIENT_ID,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "openid email profile",
        "state": "st&te=1",
        "nonce": "n",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }
    query = urlencode({name: value for name, value in params.items() if value is not None})
    return provider.app.http.get(f"{provider.app.metadata['authorization_endpoint']}?{query}")


def answer(response: httpx.Response) -> dict[str, str]:
    """Return what the redirect to the application says."""
    assert response.status_code == 302, response.text
    address = urlsplit(response.headers["location"])
    assert address._replace(query="").geturl() == CALLBACK
    return {name: values[0] for name, values in parse_qs(address.query).items()}


def test_the_chooser_lists_everybody_and_a_way_out_and_says_what_it_is(provider: Place) -> None:
    page = request(provider)
    assert page.status_code == 200
    for person in provider.emulator.provider.vendor.everybody.values():
        assert person.name in page.text
        assert person.email in page.text
    assert "Emulated" in page.text
    assert ">Cancel</button>" in page.text
    assert "to continue to Sivient" in page.text
    assert "<script" not in page.text
    assert "form-action" not in page.headers["content-security-policy"]


def test_a_person_can_be_chosen_in_the_address_for_tests(provider: Place) -> None:
    back = answer(request(provider, auto=provider.person))
    assert back["state"] == "st&te=1"
    assert provider.emulator.provider.grants.codes[back["code"]].person == provider.person
    assert answer(request(provider, auto="deny"))["error"] == "access_denied"


def test_cancel_goes_back_with_access_denied_and_the_state(provider: Place) -> None:
    back = provider.app.go("deny").params
    assert back["error"] == "access_denied"
    assert back["state"]
    assert "code" not in back
    assert not provider.emulator.provider.grants.codes


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "somebody-else"},
        {"client_id": None},
        {"redirect_uri": CALLBACK + "/"},
        {"redirect_uri": CALLBACK.replace("127.0.0.1", "localhost")},
        {"redirect_uri": CALLBACK + "?next=/"},
        {"redirect_uri": "http://evil.example/<script>"},
        {"redirect_uri": None},
        {"auto": "nobody"},
    ],
)
def test_a_stranger_is_never_sent_anywhere(provider: Place, wrong: dict[str, str | None]) -> None:
    page = request(provider, **wrong)
    assert page.status_code in (400, 401)
    assert "location" not in page.headers
    assert "Access blocked" in page.text
    assert "<script" not in page.text


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "openid everything"}, "invalid_scope"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_a_wrong_request_goes_back_with_its_error(provider: Place, wrong: dict[str, str | None], error: str) -> None:
    back = answer(request(provider, **wrong))
    assert (back["error"], back["state"]) == (error, "st&te=1")
    assert not provider.emulator.provider.grants.codes


def test_a_parameter_given_twice_goes_back_as_an_error(provider: Place) -> None:
    url, _, _ = provider.app.ask()
    assert answer(provider.app.http.get(url + "&nonce=another"))["error"] == "invalid_request"


def test_an_application_without_pkce_is_let_in_but_may_not_send_a_verifier(provider: Place) -> None:
    def code() -> str:
        without = request(provider, auto=provider.person, code_challenge=None, code_challenge_method=None)
        return answer(without)["code"]

    fetch, before = provider.app.fetch, provider.app.go(provider.person)
    before.params["code"] = code()
    assert fetch(before).json()["error"] == "invalid_grant"
    assert fetch(before, code_verifier=None).status_code == 200
