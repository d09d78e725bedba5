"""The emulated Zoom, mounted where the settings say that Zoom is."""

from collections.abc import Iterator

import pytest

from sivient.accounts.models import User
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import post
from tests.factories import make_host
from tests.integrations.zoom import emulated

__all__ = ["post"]


@pytest.fixture
def zoom() -> Iterator[ZoomEmulator]:
    """Zoom with our app registered. Its webhooks are recorded, not sent: see `deliver`."""
    with emulated() as emulator:
        yield emulator


@pytest.fixture
def host() -> User:
    """A host on Pro whose Meeting Platform is not chosen yet."""
    return make_host(platform="")
