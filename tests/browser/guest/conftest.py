"""One server with hosts and bookings in every state, for all tests of this folder."""

from collections.abc import Iterator

import pytest

from tests.browser.guest.served import World, served

SCREENS = {"desktop": (1280, 800), "phone": (390, 844)}


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The server. Tests book what they need and leave the bookings of the others alone."""
    with served(tmp_path_factory.mktemp("guest")) as running:
        yield running
