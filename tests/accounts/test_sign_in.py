"""Signing in with Google or Microsoft, over real HTTP, when all is well."""

import pytest
from django.test import Client
from pytest_django import Settings

from sivient.accounts.models import Identity, Session, User
from sivient.audit.models import Entry
from sivient.vendors.google.emulator import PEOPLE as GOOGLE_PEOPLE
from sivient.vendors.microsoft.emulator import PEOPLE as MICROSOFT_PEOPLE
from tests.accounts.conftest import Signing, query

pytestmark = pytest.mark.django_db


def test_the_sign_in_page_offers_what_is_configured(settings: Settings, client: Client) -> None:
    page = client.get("/sign-in").content.decode()
    assert "Sign in with Google" in page
    assert "Sign in with Microsoft" in page
    settings.MICROSOFT_CLIENT_ID = ""
    assert "Sign in with Microsoft" not in client.get("/sign-in").content.decode()
    assert client.post("/sign-in/microsoft").status_code == 404


def test_a_new_person_gets_an_account_and_an_old_one_the_same(signing: Signing) -> None:
    first = signing.sign_in("mara")
    assert (first.status_code, first["Location"]) == (302, "/")
    user = User.objects.get()
    assert signing.signed_in_as() == user.pk
    assert (user.name, user.email, user.plan) == ("Mara Lindqvist", "mara@nordlicht.example", "pro")

    signing.browser = Client()
    signing.sign_in("mara")
    assert User.objects.count() == 1
    assert signing.signed_in_as() == user.pk
    assert Entry.objects.filter(event="signed in", account=user.pk).count() == 2


def test_the_identity_is_issuer_and_subject_at_google_and_tenant_and_oid_at_microsoft(
    google: Signing, microsoft: Signing
) -> None:
    google.sign_in("mara")
    microsoft.sign_in("mara")
    person = MICROSOFT_PEOPLE["mara"]
    assert set(Identity.objects.values_list("issuer", "subject")) == {
        (google.server.url, GOOGLE_PEOPLE["mara"].sub),
        (f"{microsoft.server.url}/{person.tid}/v2.0", person.oid),
    }


def test_the_same_address_at_the_other_provider_is_another_account(google: Signing, microsoft: Signing) -> None:
    google.sign_in("mara")
    microsoft.sign_in("mara")
    of_google, of_microsoft = User.objects.order_by("pk")
    assert of_google.email == of_microsoft.email
    assert (google.signed_in_as(), microsoft.signed_in_as()) == (of_google.pk, of_microsoft.pk)


def test_the_request_carries_state_nonce_pkce_and_the_configured_callback(signing: Signing) -> None:
    asked = query(signing.start()["Location"])
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert len(asked["state"]) >= 30
    assert len(asked["nonce"]) >= 20
    assert asked["redirect_uri"] == f"http://testserver/sign-in/{signing.provider}/callback"
    assert set(asked["scope"].split()) == {"openid", "email", "profile"}
    again = query(signing.start()["Location"])
    assert all(asked[name] != again[name] for name in ("state", "nonce", "code_challenge"))


def test_a_new_signing_key_is_fetched_once_and_accepted(signing: Signing) -> None:
    signing.sign_in("mara")
    signing.rotate_keys()
    before = signing.calls()["jwks"]
    signing.browser = Client()
    assert signing.sign_in("mara").status_code == 302
    assert signing.calls()["jwks"] == before + 1


def test_a_key_that_stays_unknown_is_asked_for_once_and_refused(signing: Signing) -> None:
    signing.sign_in("mara")
    before = signing.calls()["jwks"]
    signing.spoil(kid="never-published")
    signing.browser = Client()
    assert signing.sign_in("mara").status_code == 400
    assert signing.calls()["jwks"] == before + 1


def test_the_old_spelling_of_googles_issuer_is_the_same_identity(google: Signing) -> None:
    google.sign_in("mara")
    google.spoil(claims={"iss": google.server.url.partition("://")[2]})
    google.browser = Client()
    assert google.sign_in("mara").status_code == 302
    assert Identity.objects.count() == 1


def test_mail_follows_a_person_whose_address_changed_and_the_account_stays(google: Signing) -> None:
    google.sign_in("jonas")
    google.spoil(claims={"email": "jonas@new.example"})
    google.browser = Client()
    google.sign_in("jonas")
    assert User.objects.get().email == "jonas@new.example"


def test_signing_in_gives_the_session_a_new_key(google: Signing) -> None:
    back = google.come_back("mara")
    before = google.browser.session.session_key
    google.browser.get(back)
    assert google.browser.session.session_key != before
    assert Session.objects.get().account == User.objects.get()
    assert not Session.objects.filter(session_key=before).exists()


def test_somebody_elses_session_leaves_nothing_behind(google: Signing) -> None:
    google.sign_in("mara")
    session = google.browser.session
    session["planted"] = "by Mara"
    session.save()
    google.sign_in("jonas")
    assert google.signed_in_as() == User.objects.get(name="Jonas Weber").pk
    assert "planted" not in google.browser.session


def test_a_page_that_was_asked_for_comes_after_signing_in(google: Signing) -> None:
    page = google.browser.get("/availability")
    assert page["Location"] == "/sign-in?next=/availability"
    assert google.sign_in("mara", next="/availability")["Location"] == "/availability"


@pytest.mark.parametrize(
    "elsewhere",
    [
        *("https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example"),
        *("javascript:alert(1)", "http:evil.example", "evil.example", "/\t/evil.example", " //evil.example"),
        *("https:///evil.example", "//evil.example@testserver/", "\x00//evil.example", "/%0d%0aLocation:x", ""),
    ],
)
def test_the_way_on_is_never_another_site(google: Signing, elsewhere: str) -> None:
    way_on = google.sign_in("mara", next=elsewhere)["Location"]
    assert way_on.startswith("/")
    assert not way_on.startswith(("//", "/\\"))
    assert "evil" not in way_on


def test_signing_out_is_a_post(google: Signing) -> None:
    google.sign_in("mara")
    assert google.browser.get("/sign-out").status_code == 405
    assert google.signed_in_as() is not None
    assert google.browser.post("/sign-out")["Location"] == "/sign-in"
    assert google.signed_in_as() is None


def test_signing_out_everywhere_ends_every_browser(google: Signing) -> None:
    google.sign_in("mara")
    other, google.browser = google.browser, Client()
    google.sign_in("mara")
    google.browser.post("/sign-out/everywhere")
    assert other.get("/handle-check")["Location"].startswith("/sign-in")
    assert not Session.objects.filter(account__isnull=False).exists()


def test_a_form_to_the_provider_may_leave_the_site_and_others_may_not(client: Client, settings: Settings) -> None:
    policy = client.get("/sign-in")["Content-Security-Policy"]
    assert "form-action 'self' https://google.test https://microsoft.test" in policy


def test_starting_needs_a_form_token() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/sign-in/google").status_code == 403
