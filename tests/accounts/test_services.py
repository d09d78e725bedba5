"""Plans, finding accounts, and the links that an operator hands out."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from sivient.accounts import services
from sivient.accounts.models import Identity, LoginLink, Plan, User
from sivient.accounts.plans import Feature, allows
from sivient.accounts.providers import Person
from sivient.audit.models import Entry
from tests.accounts.conftest import query
from tests.factories import make_host

pytestmark = pytest.mark.django_db
ADA = Person("google", "https://google.test", "1", "Ada Okafor", "ada@guest.example")


def test_scheduling_needs_pro_or_above() -> None:
    opened = {plan: allows(User(plan=plan), Feature.SCHEDULING) for plan in Plan.values}
    assert opened == {"free": False, "pro": True, "business": True}
    assert not allows(User(plan="of another version"), Feature.SCHEDULING)


def test_the_operator_sets_a_plan() -> None:
    host = make_host(plan=Plan.FREE)
    services.set_plan(host, "business")
    assert User.objects.get().plan == "business"
    assert Entry.objects.get().subject == "business"
    with pytest.raises(services.UnknownPlan):
        services.set_plan(host, "gold")


def test_accounts_are_found_by_handle_or_by_an_address_that_several_may_share() -> None:
    one, two = make_host(handle="mara", email="m@x.example"), make_host(handle="other", email="M@X.example")
    assert services.find("Mara") == [one]
    assert services.find(" m@x.EXAMPLE ") == [one, two]
    assert services.find("nobody") == services.find("n@x.example") == []


def test_an_identity_is_never_made_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    first = services.arrive(ADA, now=timezone.now())
    known, answers = services._known, [None]  # the second request looked before the first had written
    monkeypatch.setattr(services, "_known", lambda *a, **k: answers.pop() if answers else known(*a, **k))
    assert services.arrive(ADA, now=timezone.now()) == first
    assert User.objects.count() == Identity.objects.count() == 1


def test_two_identities_cannot_share_issuer_and_subject() -> None:
    services.arrive(ADA, now=timezone.now())
    with pytest.raises(IntegrityError):
        Identity.objects.create(user=make_host(), provider="google", issuer=ADA.issuer, subject=ADA.subject)


def open_link(address: str) -> tuple[str, str]:
    """The path with its query, and the key in it."""
    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}" == "http://testserver"
    return f"{parts.path}?{parts.query}", query(address)["key"]


def test_a_login_link_signs_in_by_its_button_and_once(client: Client) -> None:
    host = make_host(handle="mara")
    path, key = open_link(services.login_link(host))
    for _ in range(2):  # a mail program looks at links
        page = client.get(path)
        assert "Sign in as mara" in page.content.decode()
    assert "_auth_user_id" not in client.session
    assert client.post("/sign-in/link", {"key": key})["Location"] == "/"
    assert client.session["_auth_user_id"] == str(host.pk)
    other = Client()
    assert other.post("/sign-in/link", {"key": key}).status_code == 410
    assert other.get(path).status_code == 410
    assert key not in str(LoginLink.objects.values())
    assert list(Entry.objects.values_list("event", flat=True)) == ["login link made", "login link used", "signed in"]


def test_a_login_link_ends_after_fifteen_minutes(client: Client) -> None:
    path, key = open_link(services.login_link(make_host()))
    LoginLink.objects.update(created_at=timezone.now() - timedelta(minutes=15))
    assert client.get(path).status_code == 410
    assert client.post("/sign-in/link", {"key": key}).status_code == 410


def test_the_ways_in_beside_a_spent_link_may_leave_the_site(client: Client) -> None:
    for answer in (client.get("/sign-in/link?key=x"), client.post("/sign-in/link", {"key": "x"})):
        assert "Sign in with Google" in answer.content.decode()
        assert "form-action 'self' https://google.test" in answer["Content-Security-Policy"]


def test_a_login_link_of_a_switched_off_account_is_spent(client: Client) -> None:
    path, _ = open_link(services.login_link(make_host(is_active=False)))
    assert client.get(path).status_code == 410


@pytest.mark.parametrize("key", ["", "x", "\x00", "é" * 500])
def test_a_made_up_key_is_spent(client: Client, key: str) -> None:
    assert client.get("/sign-in/link", {"key": key}).status_code == 410
    assert client.post("/sign-in/link", {"key": key}).status_code == 410
