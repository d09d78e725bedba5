"""Each thing that can be wrong with a sign-in, with its bad value: a calm sentence, and nobody is signed in."""

from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
from django.test import Client
from pytest_django import Settings

from sivient.accounts import openid
from sivient.accounts.models import User
from sivient.audit.models import Entry
from sivient.demo import httpd
from sivient.vendors.microsoft.emulator import PEOPLE
from tests.accounts.conftest import Answer, Signing, query

pytestmark = pytest.mark.django_db
NOBODY = "http://127.0.0.1:9"  # the discard port: nothing listens there
OTHER_TENANT = "11111111-2222-3333-4444-555555555555"

BAD_TOKENS: dict[str, dict[str, object]] = {
    "nonce of another sign-in": {"claims": {"nonce": "somebody-elses"}},
    "no nonce": {"drop": ["nonce"]},
    "empty nonce": {"claims": {"nonce": ""}},
    "signed by a key nobody published": {"signature": "unknown-key"},
    "not signed": {"signature": "none"},
    "signed with the public key as a secret": {"signature": "public-key-as-secret"},
    "another issuer": {"claims": {"iss": "https://evil.example"}},
    "no issuer": {"drop": ["iss"]},
    "for another application": {"claims": {"aud": "somebody-elses-client"}},
    "for nobody": {"drop": ["aud"]},
    "for others too, without saying for whom": {"claims": {"aud": ["CLIENT", "other"]}, "drop": ["azp"]},
    "asked for by another application": {"claims": {"azp": "somebody-elses-client"}},
    "expired": {"expired": True},
    "without an end": {"drop": ["exp"]},
    "with an end that is no number": {"claims": {"exp": "never"}},
    "issued in the future": {"claims": {"iat": 9_999_999_999}},
    "without a time": {"drop": ["iat"]},
    "without a subject": {"drop": ["sub"]},
    "with an empty subject": {"claims": {"sub": ""}},
    "with a subject that is no text": {"claims": {"sub": 7}},
    "with another access token": {"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}},
}
BAD_MICROSOFT_TOKENS: dict[str, dict[str, object]] = {
    "tenant of another issuer": {"claims": {"tid": OTHER_TENANT}},
    "tenant in words": {"claims": {"tid": "{tenantid}", "iss": "BASE/{tenantid}/v2.0"}},
    "tenant that is no GUID": {"claims": {"tid": "common", "iss": "BASE/common/v2.0"}},
    "no tenant": {"drop": ["tid"]},
    "no object id": {"drop": ["oid"]},
    "an old kind of token": {"claims": {"ver": "1.0"}},
}


def refused(answer: Answer, *, status: int = 400) -> str:
    """The sentence on the page."""
    assert answer.status_code == status
    page: str = answer.content.decode()
    assert "The sign-in did not finish." in page
    assert "Sign in with Google" in page
    return page


@pytest.mark.parametrize("wish", BAD_TOKENS.values(), ids=BAD_TOKENS)
def test_a_bad_token_signs_nobody_in(signing: Signing, wish: dict[str, object]) -> None:
    claims = wish.get("claims")
    if isinstance(claims, dict) and isinstance(claims.get("aud"), list):
        wish = wish | {"claims": {"aud": [f"{signing.provider}-client", "other"]}}
    signing.spoil(**wish)
    assert "could not be verified" in refused(signing.sign_in("mara"))
    assert signing.signed_in_as() is None
    assert not User.objects.exists()
    assert Entry.objects.get().subject == f"{signing.provider} Unverified"


@pytest.mark.parametrize("wish", BAD_MICROSOFT_TOKENS.values(), ids=BAD_MICROSOFT_TOKENS)
def test_a_microsoft_token_must_come_from_the_tenant_it_names(microsoft: Signing, wish: dict[str, object]) -> None:
    claims = wish.get("claims")
    if isinstance(claims, dict) and "iss" in claims:
        base = microsoft.server.url
        wish = {"claims": claims | {"iss": claims["iss"].replace("BASE", base)}}
    microsoft.spoil(**wish)
    assert "could not be verified" in refused(microsoft.sign_in("priya"))
    assert not User.objects.exists()


def test_another_tenants_admin_cannot_speak_for_a_person(microsoft: Signing) -> None:
    microsoft.sign_in("priya")
    priya = PEOPLE["priya"]
    microsoft.spoil(claims={"oid": priya.oid, "email": priya.email, "preferred_username": priya.email})
    microsoft.browser = Client()
    microsoft.sign_in("mara")  # the token is of her tenant, and says what its admin likes
    assert User.objects.count() == 2
    assert microsoft.signed_in_as() != User.objects.order_by("pk")[0].pk


def test_a_state_that_was_never_given_asks_for_no_token_and_writes_nothing(signing: Signing) -> None:
    address = f"/sign-in/{signing.provider}/callback"
    for bad in ({}, {"code": "x"}, {"code": "x", "state": ""}, {"code": "x", "state": "made-up"}, {"error": "x"}):
        sentence = refused(signing.browser.get(f"{address}?{urlencode(bad)}"))
        assert "another browser, or too long ago" in sentence
    assert "token" not in signing.calls()
    assert not Entry.objects.exists()


def test_a_state_is_good_in_its_own_browser_only(signing: Signing) -> None:
    back = signing.come_back("mara")
    refused(Client().get(back))
    assert "token" not in signing.calls()
    assert signing.browser.get(back).status_code == 302


def test_a_state_of_one_provider_is_not_good_for_the_other(google: Signing, microsoft: Signing) -> None:
    microsoft.browser = google.browser
    back = urlsplit(google.come_back("mara"))
    refused(google.browser.get(f"/sign-in/microsoft/callback?{back.query}"))
    assert "token" not in microsoft.calls()


def test_a_state_works_once(signing: Signing) -> None:
    back = signing.come_back("mara")
    signing.browser.get(back)
    account = signing.signed_in_as()
    refused(signing.browser.get(back))
    assert signing.calls()["token"] == 1
    assert signing.signed_in_as() == account


def test_a_state_ends_after_ten_minutes(signing: Signing, monkeypatch: pytest.MonkeyPatch) -> None:
    back = signing.come_back("mara")
    later = openid.time.time() + openid.STATE_LIFETIME + 1
    monkeypatch.setattr(openid.time, "time", lambda: later)
    refused(signing.browser.get(back))
    assert "token" not in signing.calls()


def test_a_code_that_was_used_elsewhere_is_refused(signing: Signing) -> None:
    first, second = signing.come_back("mara"), signing.come_back("mara")
    signing.browser.get(first)
    replayed = query(second) | {"code": query(first)["code"]}
    account = signing.signed_in_as()
    answer = signing.browser.get(f"/sign-in/{signing.provider}/callback?{urlencode(replayed)}")
    assert "used already or has expired" in refused(answer)
    assert signing.signed_in_as() == account


def test_a_code_of_another_browser_does_not_fit_the_verifier(signing: Signing) -> None:
    stolen = query(signing.come_back("mara"))["code"]
    signing.browser = Client()
    mine = query(signing.come_back("mara")) | {"code": stolen}
    refused(signing.browser.get(f"/sign-in/{signing.provider}/callback?{urlencode(mine)}"))
    assert not User.objects.exists()


def test_a_missing_code_is_refused(signing: Signing) -> None:
    state = query(signing.come_back("mara"))["state"]
    refused(signing.browser.get(f"/sign-in/{signing.provider}/callback?{urlencode({'state': state})}"))
    assert "token" not in signing.calls()


def test_cancelling_at_the_provider_changes_nothing(signing: Signing) -> None:
    signing.sign_in("mara")
    account = signing.signed_in_as()
    assert "was cancelled" in refused(signing.sign_in("deny"))
    assert signing.signed_in_as() == account
    assert Entry.objects.get(event="sign-in failed").subject == f"{signing.provider} Declined"


def test_a_cancelled_sign_in_cannot_be_gone_on_with(signing: Signing) -> None:
    back = signing.come_back("mara")
    denied = urlencode({"error": "access_denied", "state": query(back)["state"]})
    refused(signing.browser.get(f"/sign-in/{signing.provider}/callback?{denied}"))
    assert "another browser, or too long ago" in refused(signing.browser.get(back))


def test_a_failed_sign_in_leaves_who_was_signed_in(signing: Signing) -> None:
    signing.sign_in("mara")
    account, key = signing.signed_in_as(), signing.browser.session.session_key
    signing.spoil(signature="unknown-key")
    refused(signing.sign_in("mara"))
    assert (signing.signed_in_as(), signing.browser.session.session_key) == (account, key)


def test_a_provider_that_is_down_is_named(signing: Signing, settings: Settings) -> None:
    back = signing.come_back("mara")
    settings.GOOGLE_ISSUER = settings.MICROSOFT_AUTHORITY = NOBODY
    assert "did not answer as it should" in refused(signing.browser.get(back), status=502)
    refused(signing.start(), status=502)


def test_a_secret_that_the_provider_does_not_know_is_the_operators_trouble(
    signing: Signing, settings: Settings
) -> None:
    setattr(settings, f"{signing.provider.upper()}_CLIENT_SECRET", "wrong")
    refused(signing.sign_in("mara"), status=502)


@pytest.fixture
def nonsense(settings: Settings) -> Iterator[list[httpd.Handle]]:
    """A provider that answers whatever the test puts into the list."""
    answers: list[httpd.Handle] = []
    server = httpd.serve(lambda request: answers[0](request))
    settings.GOOGLE_ISSUER = server.url
    yield answers
    server.close()


@pytest.mark.parametrize("body", ["", "<html>", "[]", "{}", "null", '{"issuer": 1}', '"text"', '{"a": ' * 50])
def test_a_discovery_document_that_makes_no_sense_is_no_500(
    client: Client, nonsense: list[httpd.Handle], body: str
) -> None:
    nonsense.append(lambda request: httpx.Response(200, text=body))
    refused(client.post("/sign-in/google"), status=502)
