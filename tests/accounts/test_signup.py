"""Who may create an account: SIVIENT_SIGNUP. Who has one already always gets in."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from sivient.accounts import services
from sivient.accounts.models import Identity, Invitation, User
from sivient.accounts.providers import Person
from sivient.accounts.signup import SignUpRefused
from tests.accounts.conftest import Signing, query

pytestmark = pytest.mark.django_db


def test_open_lets_everybody_in(google: Signing) -> None:
    assert google.sign_in("jonas").status_code == 302


@pytest.mark.parametrize("person", ["mara", "jonas"])
def test_without_an_invitation_nobody_new_gets_in(google: Signing, settings: Settings, person: str) -> None:
    settings.SIGNUP = "invite"
    answer = google.sign_in(person)
    assert answer.status_code == 403
    assert "by invitation" in answer.content.decode()
    assert not User.objects.exists()
    assert google.signed_in_as() is None


def test_who_has_an_account_signs_in_whatever_the_rule(google: Signing, settings: Settings) -> None:
    google.sign_in("jonas")
    settings.SIGNUP = "domains:nordlicht.example"
    google.browser = Client()
    assert google.sign_in("jonas").status_code == 302


def test_an_invitation_lets_one_person_in(google: Signing, settings: Settings) -> None:
    settings.SIGNUP = "invite"
    link = urlsplit(services.invite())
    secret = query(link.geturl())["invitation"]
    page = google.browser.get(f"{link.path}?{link.query}").content.decode()
    assert "You are invited to create an account here." in page
    assert f'name="invitation" value="{secret}"' in page
    assert google.sign_in("mara", invitation=secret).status_code == 302
    google.browser = Client()
    assert google.sign_in("jonas", invitation=secret).status_code == 403
    assert User.objects.count() == 1
    assert secret not in str(Invitation.objects.values())


@pytest.mark.parametrize("rule", ["invite", "open"])
@pytest.mark.parametrize("secret", ["garbage", "\x00", "é" * 500])
def test_an_invitation_that_was_never_made_invites_nobody(
    client: Client, settings: Settings, rule: str, secret: str
) -> None:
    settings.SIGNUP = rule
    page = client.get("/sign-in", {"invitation": secret}).content.decode()
    assert "You are invited" not in page
    assert ("This invitation does not work." in page) == (rule == "invite")
    assert 'name="invitation"' not in page
    assert ("create an account" in page) == (rule == "open")


@pytest.mark.parametrize("path", ["/", "/sign-in"])
@pytest.mark.parametrize(("rule", "offered"), [("open", True), ("domains:nordlicht.example", True), ("invite", False)])
def test_an_account_is_offered_only_where_somebody_new_may_get_one(
    client: Client, settings: Settings, path: str, rule: str, offered: bool
) -> None:
    settings.SIGNUP = rule
    assert ("or create an account" in client.get(path).content.decode()) == offered


def test_an_invitation_ends_after_seven_days(settings: Settings) -> None:
    settings.SIGNUP = "invite"
    secret = query(services.invite())["invitation"]
    late = timezone.now() + timedelta(days=7)
    with pytest.raises(SignUpRefused):
        services.arrive(person(), invitation=secret, now=late)
    services.arrive(person(), invitation=secret, now=late - timedelta(minutes=1))


def test_an_invitation_is_not_used_up_by_a_failed_sign_in(google: Signing, settings: Settings) -> None:
    settings.SIGNUP = "invite"
    secret = query(services.invite())["invitation"]
    google.sign_in("deny", invitation=secret)
    assert google.sign_in("mara", invitation=secret).status_code == 302


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({}, 302),
        ({"email": "mara@elsewhere.example"}, 302),  # hd still says nordlicht.example
        ({"hd": "elsewhere.example"}, 302),
        ({"hd": "elsewhere.example", "email": "mara@elsewhere.example"}, 403),
        ({"email_verified": False}, 403),
        ({"email_verified": "true"}, 302),
        ({"email_verified": "false"}, 403),
        ({"email": "mara@sub.nordlicht.example", "hd": ""}, 403),
        ({"email": "mara@nordlicht.example.evil.example", "hd": ""}, 403),
    ],
)
def test_domains_count_at_google_if_the_address_is_verified(
    google: Signing, settings: Settings, claims: dict[str, object], status: int
) -> None:
    settings.SIGNUP = "domains:nordlicht.example,other.example"
    google.spoil(claims=claims)
    assert google.sign_in("mara").status_code == status


@pytest.mark.parametrize(("edov", "status"), [(None, 403), (False, 403), ("0", 403), (True, 302), ("1", 302), (1, 302)])
def test_domains_count_at_microsoft_only_if_it_vouches_for_the_address(
    microsoft: Signing, settings: Settings, edov: object, status: int
) -> None:
    settings.SIGNUP = "domains:nordlicht.example"
    if edov is not None:
        microsoft.spoil(claims={"xms_edov": edov})
    assert microsoft.sign_in("mara").status_code == status
    assert Identity.objects.exists() == (status == 302)


def test_a_switched_off_account_is_told_so_and_its_sessions_end_now(google: Signing) -> None:
    google.sign_in("mara")
    User.objects.update(is_active=False)
    assert google.browser.get("/handle-check")["Location"].startswith("/sign-in")
    answer = google.sign_in("mara")
    assert answer.status_code == 403
    assert "switched off" in answer.content.decode()


def person() -> Person:
    """Somebody new."""
    return Person("google", "https://google.test", "1", "Ada Okafor", "ada@guest.example")
