"""The pages around deleting an account."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from sivient.accounts.models import User
from tests.privacy.conftest import DAY_30

pytestmark = [pytest.mark.django_db, pytest.mark.db]
DELETE, CLOSING = "/settings/account/delete", "/account/closing"


@pytest.fixture
def browser(account: User) -> Client:
    """The host's browser."""
    client = Client()
    client.force_login(account)
    return client


def test_the_page_says_what_happens_and_when(browser: Client) -> None:
    page = browser.get(DELETE).content.decode()
    purge = timezone.now() + timedelta(days=30)
    assert f"On {purge.day} {purge:%B %Y}:" in page
    assert "Your 1 upcoming booking" in page
    assert 'value="cancel" checked' in page


@pytest.mark.parametrize("typed", ["", "wrong", "mara x", "<b>"])
def test_a_wrong_handle_deletes_nothing_and_is_kept(browser: Client, account: User, typed: str) -> None:
    answer = browser.post(DELETE, {"handle": typed, "bookings": "keep"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Nothing was deleted." in page
    assert 'value="keep" checked' in page
    account.refresh_from_db()
    assert account.closed_at is None


def test_the_handle_deletes_and_cancels_by_default(browser: Client, account: User) -> None:
    assert browser.post(DELETE, {"handle": f" {account.handle} ".upper()})["Location"] == CLOSING
    account.refresh_from_db()
    assert account.closed_at is not None
    assert account.bookings.get().status == "cancelled"
    assert browser.get(DELETE)["Location"] == CLOSING
    page = browser.get(CLOSING).content.decode()
    assert "Restore account" in page
    assert "Download my data" in page
    assert browser.get("/bookings")["Location"] == CLOSING


def test_the_host_may_keep_the_bookings(browser: Client, account: User) -> None:
    browser.post(DELETE, {"handle": account.handle or "", "bookings": "keep"})
    assert account.bookings.get().status == "confirmed"


def test_a_guest_finds_no_page_while_the_account_is_closing(browser: Client, account: User) -> None:
    browser.post(DELETE, {"handle": account.handle or ""})
    assert Client().get(f"/schedule/{account.handle}").status_code == 404


def test_restoring_brings_the_account_back(browser: Client, account: User) -> None:
    browser.post(DELETE, {"handle": account.handle or ""})
    page = browser.post("/account/restore").content.decode()
    assert "Your account is restored" in page
    assert browser.get(CLOSING)["Location"] == "/"
    assert browser.get("/bookings").status_code == 200


def test_after_thirty_days_it_says_that_it_is_too_late(browser: Client, account: User) -> None:
    User.objects.update(closed_at=timezone.now() - timedelta(days=30))
    assert "Restore account" not in browser.get(CLOSING).content.decode()
    assert browser.post("/account/restore")["Location"] == CLOSING
    account.refresh_from_db()
    assert account.closed_at is not None
    assert account.closed_at < DAY_30


def test_data_can_be_downloaded_also_while_closing(browser: Client, account: User) -> None:
    for _ in range(2):
        answer = browser.post("/settings/account/download")
        assert answer["Content-Type"] == "application/json"
        assert "attachment" in answer["Content-Disposition"]
        assert json.loads(answer.content)["account"]["handle"] == account.handle
        browser.post(DELETE, {"handle": account.handle or ""})


def test_somebody_who_never_chose_a_handle_can_delete_too(client: Client) -> None:
    newcomer = User.objects.create(name="New")
    client.force_login(newcomer)
    assert "Type <strong>delete my account</strong>" in client.get(DELETE).content.decode()
    assert client.post(DELETE, {"handle": "Delete my account"})["Location"] == CLOSING
    client.post("/account/restore")
    assert client.get("/bookings")["Location"] == "/welcome"
