"""What guests type: cleaned, limited, refused in a sentence."""

import pytest
from django.http import QueryDict

from sivient.accounts.models import User
from sivient.booking.entrance import Entrance
from sivient.booking.forms import BookingForm, CancelForm
from sivient.scheduling.models import EventType
from sivient.site import form_token

ENTRANCE = Entrance(EventType(pk=7, host=User(timezone="Europe/Berlin")), "/schedule/mara/intro")


def filled(**typed: str) -> BookingForm:
    """The form as a guest sends it, with some of the fields typed differently."""
    data = QueryDict(mutable=True)
    data.update(
        {
            "name": "Ada Okafor",
            "email": "ada@guest.example",
            "note": "",
            "at": "2026-11-24T13:00Z",
            "tz": "Asia/Tokyo",
            "clock": "12",
            "token": form_token.issue("book:7"),
        }
        | typed
    )
    return BookingForm(ENTRANCE, data)


def error(form: BookingForm, field: str) -> str:
    """The one sentence about a field."""
    (sentence,) = form.errors[field]
    return str(sentence)


def test_a_good_form_gives_the_guest_and_the_instant() -> None:
    form = filled(note=" One\r\ntwo ")
    assert form.is_valid()
    assert form.start is not None
    assert form.guest.note == "One\ntwo"
    assert (form.guest.name, form.guest.timezone, form.guest.clock) == ("Ada Okafor", "Asia/Tokyo", 12)
    assert form.key


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Ada 🦊 O'Kafor", "Ada 🦊 O'Kafor"),
        ('"Bobby" <script>alert(1)</script>', '"Bobby" <script>alert(1)</script>'),
        ("Ada\r\nBcc: eve", "Ada Bcc: eve"),
        ("Ada\x00\x1b[31m \u202eOk", "Ada[31m Ok"),
        ("  Ada \t Okafor ", "Ada Okafor"),
        ("J. de Vries", "J. de Vries"),
        ("Dr.Meier-Müller 2.", "Dr.Meier-Müller 2."),
        ("J.R.R. Tolkien", "J.R.R. Tolkien"),
        ("Oliver St.John", "Oliver St.John"),
        ("Dr.Who", "Dr.Who"),
        ("J.de Vries jr.", "J.de Vries jr."),
        ("Eva Li, M.Sc.", "Eva Li, M.Sc."),
        ("MD.RAHIM", "MD.RAHIM"),
        ("x" * 100, "x" * 100),
    ],
)
def test_names_of_people_pass_and_line_breaks_become_spaces(typed: str, name: str) -> None:
    form = filled(name=typed)
    assert form.is_valid(), form.errors
    assert form.guest.name == name


@pytest.mark.parametrize(
    "typed",
    [
        "https://evil.example",
        "Ada www.evil",
        "win at evil.com now",
        "ada@guest.example",
        "evil.tk/x",
        "go to prize-now.click",
        "PRIZE.CLICK",
        "Bitcoin at bit.ly",
        "Claim evil.co today",
        "see t.me",
        "a 1.fm",
        "call +1 (800) 555-0199",
    ],
)
def test_a_name_that_leads_somewhere_is_refused(typed: str) -> None:
    assert error(filled(name=typed), "name") == "Enter only your name, without an address or a number in it."


@pytest.mark.parametrize("typed", ["", "   ", "\r\n", "\x00\x01", "\u202e"])
def test_a_name_is_needed(typed: str) -> None:
    assert error(filled(name=typed), "name") == "Enter your name."


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("name", "Your name may have up to 100 characters. It has 10,000."),
        ("email", "Your email address may have up to 254 characters. It has 10,000."),
        ("note", "Your note may have up to 1,000 characters. It has 10,000."),
    ],
)
def test_a_text_without_end_is_refused_and_kept(field: str, sentence: str) -> None:
    form = filled(**{field: "x" * 10_000})
    assert error(form, field) == sentence
    assert "x" * 10_000 in str(form[field])
    assert "maxlength" not in str(form[field])


@pytest.mark.parametrize(
    "typed",
    [
        "ada",
        "ada@",
        "@guest.example",
        "ada@guest",
        "a da@guest.example",
        "ada@guest..example",
        "a@b.example, c@d.example",
    ],
)
def test_an_address_that_is_none_is_refused(typed: str) -> None:
    assert error(filled(email=typed), "email") == "Enter an email address like name@example.com."


@pytest.mark.parametrize(
    ("typed", "email"),
    [(" ada@guest.example\r\n", "ada@guest.example"), ("Ada+x@Bücher.example", "Ada+x@xn--bcher-kva.example")],
)
def test_an_address_is_taken_in_the_form_that_mail_servers_read(typed: str, email: str) -> None:
    form = filled(email=typed)
    assert form.is_valid(), form.errors
    assert form.guest.email == email


def test_a_missing_address_says_why_it_is_needed() -> None:
    assert error(filled(email=""), "email") == "Enter your email address, so that we can send the invite."


def test_an_unknown_zone_is_the_hosts_and_an_unknown_clock_has_24_hours() -> None:
    form = filled(tz="Mars/Olympus", clock="13")
    assert form.is_valid()
    assert (form.guest.timezone, form.guest.clock) == ("Europe/Berlin", 24)


def test_of_two_instants_the_pressed_button_wins() -> None:
    form = filled()
    assert isinstance(form.data, QueryDict)
    form.data.appendlist("at", "2026-11-25T10:00Z")
    assert form.start is not None
    assert form.start.day == 25


@pytest.mark.parametrize("token", ["", "forged", form_token.issue("book:8"), form_token.issue("cancel:7")])
def test_a_form_that_is_not_ours_is_refused(token: str) -> None:
    assert "open for a long time" in error(filled(token=token), "token")


def test_a_message_with_a_cancellation_has_its_limit_too() -> None:
    data = QueryDict(mutable=True)
    data.update({"reason": "x" * 1001, "token": form_token.issue("cancel:7")})
    form = CancelForm("cancel:7", data)
    assert form.errors == {"reason": ["Your message may have up to 1,000 characters. It has 1,001."]}
