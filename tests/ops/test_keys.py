"""A new token key takes over, and the old one can leave."""

from typing import Any

import pytest
from cryptography.fernet import Fernet, InvalidToken

from sivient.integrations.models import Grant
from sivient.ops.keys import rotate
from sivient.site.fields import cipher
from tests.factories import connect_zoom, make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def use(settings: Any, *keys: str) -> None:
    """Change the keys, as a restart with another environment would."""
    settings.TOKEN_KEYS = list(keys)
    cipher.cache_clear()


def test_tokens_move_to_the_newest_key_and_the_old_one_can_leave(settings: Any) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    use(settings, old)
    grant = connect_zoom(make_host())
    use(settings, new, old)
    assert rotate() == 1
    use(settings, new)
    assert Grant.objects.get(pk=grant.pk).access_token == "access-canary"


def test_a_wrong_key_is_an_error_and_never_a_value(settings: Any) -> None:
    grant = connect_zoom(make_host())
    use(settings, Fernet.generate_key().decode())
    with pytest.raises(InvalidToken):
        assert Grant.objects.get(pk=grant.pk).access_token
    cipher.cache_clear()


@pytest.fixture(autouse=True)
def _forget_keys() -> Any:
    yield
    cipher.cache_clear()
