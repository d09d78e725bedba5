"""The name in the address of a page."""

import pytest
from django.test import Client

from sivient.accounts import handles, services
from sivient.accounts.models import FormerHandle, User
from tests.factories import make_host

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("mara", "mara"),
        (" Mara ", "mara"),
        ("m-1", "m-1"),
        ("a" * 40, "a" * 40),
        ("a--b", "a--b"),
        ("\uff4dara", "mara"),
    ],
)
def test_what_a_handle_may_be(typed: str, stored: str) -> None:
    assert handles.check(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ab",
        "a" * 41,
        "-mara",
        "mara-",
        "ma_ra",
        "ma ra",
        "mára",
        "mara/x",
        "ma.ra",
        "docs",
        "Settings",
        "мара",
        "m\na",
    ],
)
def test_what_a_handle_may_not_be(typed: str) -> None:
    with pytest.raises(handles.HandleUnfit):
        handles.check(typed)


def test_a_changed_handle_leads_on_and_stays_with_its_host() -> None:
    mara, jonas = make_host(handle="mara"), make_host(handle="jonas")
    services.change_handle(mara, "Mara-L")
    assert mara.handle == "mara-l"
    assert list(mara.former_handles.values_list("handle", flat=True)) == ["mara"]
    with pytest.raises(handles.HandleTaken):
        services.change_handle(jonas, "mara")
    services.change_handle(mara, "mara")
    assert list(FormerHandle.objects.values_list("handle", flat=True)) == ["mara-l"]


def test_a_handle_of_somebody_else_is_taken() -> None:
    make_host(handle="mara")
    with pytest.raises(handles.HandleTaken):
        services.change_handle(make_host(), "mara")


def test_two_who_want_one_handle_at_once_get_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    mara, jonas = make_host(), make_host(handle="jonas")
    services.change_handle(mara, "sought")
    monkeypatch.setattr(handles, "check_free", lambda typed, user: typed)  # both looked before either wrote
    with pytest.raises(handles.HandleTaken):
        services.change_handle(jonas, "sought")
    jonas.refresh_from_db()
    assert jonas.handle == "jonas"
    assert not FormerHandle.objects.filter(user=jonas).exists()


@pytest.mark.parametrize(
    ("name", "email", "suggested"),
    [
        ("Mara Lindqvist", "", "mara"),
        ("Tomás Rivera", "", "tomas"),
        ("Jo Li", "", "jo-li"),
        ("Docs", "", "docs-2"),
        ("李小龍", "bruce@example.org", "bruce"),
        ("李小龍", "", ""),
        ("", "", ""),
    ],
)
def test_a_handle_is_suggested_from_the_name(name: str, email: str, suggested: str) -> None:
    assert handles.suggest(User.objects.create(name=name, email=email)) == suggested


def test_a_taken_suggestion_gives_way_to_the_next() -> None:
    make_host(handle="mara")
    make_host(handle="mara-lindqvist")
    assert handles.suggest(User.objects.create(name="Mara Lindqvist")) == "mara-lindqvist-2"


def test_the_check_while_typing_answers_who_is_signed_in(client: Client) -> None:
    assert client.get("/handle-check?handle=mara").status_code == 302
    host = make_host(handle="mara")
    make_host(handle="jonas")
    client.force_login(host)
    answers = {
        typed: client.get("/handle-check", {"handle": typed}).json()
        for typed in ("mara", "jonas", "fresh", "x", "docs")
    }
    assert {typed: answer["free"] for typed, answer in answers.items()} == {
        "mara": True,
        "jonas": False,
        "fresh": True,
        "x": False,
        "docs": False,
    }
    assert answers["jonas"]["message"] == "jonas is taken. Choose another handle."
    assert client.get("/handle-check").json()["free"] is False
