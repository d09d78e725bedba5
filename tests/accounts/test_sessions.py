"""How long a session lives, whose it is, and what it lets in."""

import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from sivient.accounts import work
from sivient.accounts.models import Invitation, LoginLink, Session
from sivient.jobs.models import Work
from tests.accounts.conftest import Signing
from tests.factories import make_host

pytestmark = pytest.mark.django_db
DAY = 24 * 60 * 60


@pytest.fixture
def host_client(client: Client) -> Client:
    """A browser that is signed in."""
    client.force_login(make_host())
    client.get("/handle-check")
    return client


def age(client: Client, *, days: int) -> None:
    """Let the session be that old."""
    session = client.session
    session["signed_in_at"] = int(time.time()) - days * DAY
    session.save()


def test_a_session_knows_its_account_and_nobody_elses(host_client: Client) -> None:
    session = Session.objects.get()
    assert str(session.account_id) == host_client.session["_auth_user_id"]
    assert session.session_key not in str(session)


def test_use_pushes_the_end_of_a_session_on_once_a_day(host_client: Client) -> None:
    soon = timezone.now() + timedelta(days=1)
    Session.objects.update(expire_date=soon)
    host_client.get("/handle-check")
    assert Session.objects.get().expire_date == soon
    session = host_client.session
    session["day_seen"] -= 1
    session.save()
    Session.objects.update(expire_date=soon)
    host_client.get("/handle-check")
    assert Session.objects.get().expire_date > timezone.now() + timedelta(days=13)


def test_a_session_ends_after_ninety_days_whatever_its_use(host_client: Client) -> None:
    age(host_client, days=89)
    assert host_client.get("/handle-check").status_code == 200
    age(host_client, days=91)
    assert host_client.get("/handle-check")["Location"].startswith("/sign-in")
    assert not Session.objects.filter(account__isnull=False).exists()


def test_the_cookie_of_a_secure_installation_is_bound_to_host_and_https() -> None:
    from sivient.config import settings

    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.SESSION_COOKIE_SAMESITE == "Lax"
    assert settings.SESSION_COOKIE_AGE == 14 * DAY
    assert settings.SESSION_COOKIE_NAME.startswith("__Host-") == settings.SECURE


def test_a_session_that_waits_for_its_person_is_short_and_a_signed_in_one_is_not(google: Signing) -> None:
    back = google.come_back("mara")
    assert Session.objects.get().expire_date < timezone.now() + timedelta(minutes=11)
    google.browser.get(back)
    assert Session.objects.get().expire_date > timezone.now() + timedelta(days=13)


def test_a_process_in_which_nobody_signs_in_does_not_carry_the_sign_in_libraries() -> None:
    script = "import django; django.setup(); from sivient.config import urls; import sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert {"authlib", "requests", "joserfc"} & set(done.stdout.split()) == set()


def test_hosts_pages_are_not_stored_by_anybody(host_client: Client) -> None:
    assert "no-store" in host_client.get("/handle-check")["Cache-Control"]


def test_a_form_that_was_sent_signed_out_is_not_sent_again_after_signing_in(client: Client) -> None:
    assert client.post("/sign-out/everywhere")["Location"] == "/sign-in"


def test_what_lets_nobody_in_any_more_is_deleted(settings: Settings) -> None:
    host, now = make_host(), timezone.now()
    for number, days in enumerate((1, -1)):
        expires = now - timedelta(days=days)
        Session.objects.create(session_key=f"s{number}", session_data="", expire_date=expires)
        LoginLink.objects.create(digest=f"l{number}", user=host, created_at=expires)
        Invitation.objects.create(digest=f"i{number}", created_at=expires - timedelta(days=7))
    work.forget(Work())
    assert [kind.objects.count() for kind in (Session, LoginLink, Invitation)] == [1, 1, 1]
