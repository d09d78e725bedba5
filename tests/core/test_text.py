"""Typed text on its way into lines, paragraphs and addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sivient.core.text import clean_line, clean_text, mail_address

anything = st.text(st.characters(codec=None), max_size=300)


def test_a_line_has_no_breaks_and_single_spaces() -> None:
    assert clean_line("  Ada\r\nBcc: x\t\u2028 Love\x00lace ", 100) == "Ada Bcc: x Lovelace"


def test_a_line_is_cut_by_code_points_and_does_not_end_in_a_space() -> None:
    assert clean_line("ab cd", 3) == "ab"
    assert clean_line("\U0001f600" * 300, 200) == "\U0001f600" * 200


def test_marks_that_turn_the_writing_direction_go_and_emoji_stay_whole() -> None:
    assert clean_line("a\u202eb\u2066c", 9) == "abc"
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert clean_line(family, 9) == family


def test_a_text_keeps_its_lines() -> None:
    assert clean_text("\n one \r\n\r\ntwo\x0bthree\tx\x07\n\n", 100) == " one\n\ntwo\nthree x"
    assert clean_text("ab\ncd", 3) == "ab"


@given(anything, st.integers(1, 50))
def test_whatever_is_typed_becomes_one_clean_line(typed: str, limit: int) -> None:
    line = clean_line(typed, limit)
    assert len(line) <= limit
    assert len(line.splitlines()) <= 1
    assert line == line.strip()
    assert clean_line(line, limit) == line
    line.encode()


def test_lines_lose_the_empty_ones_around_them_and_no_letters() -> None:
    assert clean_text("\n\nX marks\n\nthe spot X\n", 100) == "X marks\n\nthe spot X"


@given(anything, st.integers(1, 50))
def test_whatever_is_typed_becomes_clean_lines(typed: str, limit: int) -> None:
    text = clean_text(typed, limit)
    assert len(text) <= limit
    assert text.splitlines() == (text.split("\n") if text else [])
    assert clean_text(text, limit) == text
    text.encode()


def test_an_address_is_kept_and_its_domain_becomes_ascii_in_small_letters() -> None:
    assert mail_address(" Ada.L+zoom@Guest.EXAMPLE ") == "Ada.L+zoom@guest.example"
    assert mail_address("ada@b\u00fccher.example") == "ada@xn--bcher-kva.example"
    assert mail_address("root@localhost") == "root@localhost"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "@",
        "ada",
        "ada@",
        "@guest.example",
        "ada@guest..example",
        "ada@-guest.example",
        "ada@guest-.example",
        ".ada@guest.example",
        "a..b@guest.example",
        "Ada <ada@guest.example>",
        "ada@guest.example, eve@evil.example",
        "ada@guest.example\r\nBcc: eve@evil.example",
        "ada\n@guest.example",
        '"ada l"@guest.example',
        "ada@[127.0.0.1]",
        "ad\u00e4@guest.example",
        "ada@stra\u00dfe.example",
        "ada@guest.example?cc=eve",
        "a" * 65 + "@guest.example",
        "ada@" + "a." * 130 + "example",
        "ada@" + "a" * 64 + ".example",
        "ada@\ud800.example",
    ],
)
def test_what_is_not_one_bare_address_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"mail address|domain"):
        mail_address(typed)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("Ada <ada@guest.example>", "this is not a mail address"),
        ("ada@guest@evil.example", "this is not a mail address"),
        ("ada@stra\u00dfe.example", "this domain has letters that mail programs read in different ways"),
        ("ada@" + "a" * 64 + ".example", "this domain is not valid"),
        ("a" * 65 + "@guest.example", "this mail address is too long"),
    ],
)
def test_a_refusal_says_what_is_wrong(typed: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        mail_address(typed)


def test_the_longest_addresses_that_mail_servers_take_are_accepted() -> None:
    """RFC 5321, section 4.5.3.1: 64 octets before the @, and 254 in all."""
    longest = f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 61}"
    assert len(longest) == 254
    assert mail_address(longest) == longest
    with pytest.raises(ValueError, match="too long"):
        mail_address(f"{longest}d")


@given(anything)
def test_an_accepted_address_is_safe_in_any_header(typed: str) -> None:
    try:
        address = mail_address(typed)
    except ValueError:
        return
    assert address.isascii()
    assert not set(address) & set(' \r\n\t<>,;:"()[]\\')
