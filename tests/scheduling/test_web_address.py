"""What counts as a link that a browser can be sent to."""

import pytest

from sivient.scheduling.web_address import is_web_address


@pytest.mark.parametrize("text", ["https://a.example", "http://a.example:8080/x?y#z", "HTTPS://[::1]/", "https://ü.de"])
def test_a_web_address_has_a_host(text: str) -> None:
    assert is_web_address(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "a.example", "https://", "ftp://a.example", "javascript:alert(1)", "https://[::1"),
        *("https://a.example/b c", "https://a.example/b\tc", "https://a.example/\x00", "https://a.example:99999/"),
    ],
)
def test_anything_else_is_none(text: str) -> None:
    assert not is_web_address(text)
