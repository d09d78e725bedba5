"""One Radicale and one Xandikos for all tests here; each test makes calendars of its own."""

from collections.abc import Iterator

import pytest

from tests.vendors.caldav import servers
from tests.vendors.caldav.servers import PASSWORD, USER, Server


@pytest.fixture(scope="session")
def radicale_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Radicale with one user."""
    with servers.radicale(tmp_path_factory.mktemp("radicale"), {USER: PASSWORD}) as server:
        yield server


@pytest.fixture(scope="session")
def xandikos_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Xandikos."""
    with servers.xandikos(tmp_path_factory.mktemp("xandikos")) as server:
        yield server


@pytest.fixture(params=["radicale", "xandikos"])
def server(request: pytest.FixtureRequest) -> Server:
    """Each of the real servers."""
    found: Server = request.getfixturevalue(f"{request.param}_server")
    return found
