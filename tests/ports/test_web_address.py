"""What people type as an address is read in one way, or refused with a sentence."""

import pytest

from sivient.ports.errors import Rejected
from sivient.ports.web_address import NOT_ONE, WITH_SPACE, WITH_USER, web_address


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("calendar.example.org", "https://calendar.example.org/"),
        ("  HTTPS://Calendar.Example.org./Dav/ ", "https://calendar.example.org/Dav/"),
        ("https://host/remote.php/dav?a=b&c=%20", "https://host/remote.php/dav?a=b&c=%20"),
        ("https://host:443/", "https://host/"),
        ("http://host:8080", "http://host:8080/"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ("https://[2606:4700:0::1]:8443/x", "https://[2606:4700::1]:8443/x"),
        ("https://dav.test/user/mara@example.org/#part", "https://dav.test/user/mara@example.org/"),
        ("1.1.1.1/x", "https://1.1.1.1/x"),
    ],
)
def test_an_address_is_read(typed: str, url: str) -> None:
    assert web_address(typed).url == url


@pytest.mark.parametrize(
    "typed", ["", "two words", "https://", "ftp://host/", "https://1.2.3", "https://host:0/", "x" * 3000]
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(Rejected, match="not a web address"):
        web_address(typed)
    assert "https://" in NOT_ONE


def test_a_space_in_an_address_is_named() -> None:
    with pytest.raises(Rejected) as caught:
        web_address("https://calendar.example.org/our team.ics")
    assert str(caught.value) == WITH_SPACE


def test_a_password_in_an_address_is_refused_without_being_repeated() -> None:
    with pytest.raises(Rejected) as caught:
        web_address("https://mara:secret@host/")
    assert str(caught.value) == WITH_USER
