"""What several tests of the emulated Zoom begin with."""

from collections.abc import Iterator

import pytest

from tests.vendors.zoom.broken import Broken, a_broken_zoom


@pytest.fixture
def broken() -> Iterator[Broken]:
    """An emulated Zoom on a socket, to be broken."""
    with a_broken_zoom() as zoom:
        yield zoom
