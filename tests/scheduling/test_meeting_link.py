"""What a host's own link has to be, and the sentence for what it is not."""

import pytest

from sivient.scheduling.meeting_link import LinkUnfit, require_link


@pytest.mark.parametrize("url", ["https://meet.example/mara", "http://192.0.2.7:8080/x", "https://[2001:db8::1]/room"])
def test_what_guests_can_open_is_taken(url: str) -> None:
    require_link(url, longest=100)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("https://meet.example/my room", "An address has no spaces."),
        ("meet.example/mara", "Write the whole address"),
        ("https://meet.example/<x>", "characters that an invite cannot carry"),
        ("https://meet.example/" + "x" * 80, "too long. The most is 100 characters."),
        ("https://localhost", "Guests cannot open this address"),
        ("https://mara.localhost/", "Guests cannot open this address"),
        ("http://nas/room", "Guests cannot open this address"),
        ("http://nas./room", "Guests cannot open this address"),
        ("http://127.0.0.1:8000/", "Guests cannot open this address"),
        ("http://[::1]/", "Guests cannot open this address"),
    ],
)
def test_what_they_cannot_is_named(url: str, sentence: str) -> None:
    with pytest.raises(LinkUnfit, match=sentence):
        require_link(url, longest=100)
