"""Hosts who have just set up, and a browser in which one of them is signed in."""

import pytest
from django.test import Client

from sivient.accounts.models import User
from sivient.scheduling import services
from tests.factories import NOW, make_host


@pytest.fixture
def host() -> User:
    """Mara, set up, whose Meeting Platform is not chosen yet."""
    mara = User.objects.create(name="Mara Lindqvist", email="mara@nordlicht.example")
    services.open_page(mara, name="Mara Lindqvist", handle="mara", timezone="Europe/Berlin", now=NOW)
    return mara


@pytest.fixture
def other() -> User:
    """Jonas, another host."""
    return make_host(handle="jonas", name="Jonas Weber")


@pytest.fixture
def browser(host: User) -> Client:
    """Mara's browser."""
    client = Client()
    client.force_login(host)
    return client
