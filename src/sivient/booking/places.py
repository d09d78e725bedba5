"""Where a meeting happens, in the guest's words."""

from dataclasses import dataclass

from sivient.scheduling.models import Platform


@dataclass(frozen=True, slots=True)
class Place:
    """A Meeting Platform: its icon, its word, and what of it arrives with the invite."""

    icon: str
    word: str
    promised: str


PLACES = {
    Platform.ZOOM: Place("video", "Zoom", "link in your invite"),
    Platform.PHONE: Place("phone", "Phone", "number in your invite"),
    Platform.IN_PERSON: Place("map-pin", "In person", "address in your invite"),
    Platform.OWN_LINK: Place("link", "Online", "link in your invite"),
}


def place(platform: str) -> Place:
    """Return the place of a platform that was chosen."""
    return PLACES[Platform(platform)]
