"""The token in the forms of guests."""

import time

import pytest
from django.core import signing

from sivient.site import form_token


def test_a_token_carries_a_key_of_its_own() -> None:
    keys = {form_token.read(form_token.issue("book:1"), "book:1") for _ in range(3)}
    assert len(keys) == 3
    assert all(16 <= len(key) <= 64 for key in keys)


def test_the_same_token_gives_the_same_key() -> None:
    token = form_token.issue("book:1")
    assert form_token.read(token, "book:1") == form_token.read(token, "book:1")


@pytest.mark.parametrize(
    "token",
    ["", "nonsense", "\x00", "a:b:c", signing.dumps({"about": "book:1", "key": "k"})],
    ids=["empty", "nonsense", "NUL", "three parts", "signed for something else"],
)
def test_what_we_did_not_sign_for_this_is_refused(token: str) -> None:
    with pytest.raises(form_token.BadToken):
        form_token.read(token, "book:1")


def test_a_token_of_another_form_is_refused() -> None:
    with pytest.raises(form_token.BadToken):
        form_token.read(form_token.issue("book:2"), "book:1")


def test_a_token_is_good_for_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    token = form_token.issue("book:1")
    later = time.time() + form_token.MAX_AGE.total_seconds()
    monkeypatch.setattr("django.core.signing.time.time", lambda: later - 2)
    assert form_token.read(token, "book:1")
    monkeypatch.setattr("django.core.signing.time.time", lambda: later + 2)
    with pytest.raises(form_token.BadToken):
        form_token.read(token, "book:1")
