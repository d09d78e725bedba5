"""Every account can be named by its operator, also one without a handle whose address is shared."""

import pytest

from sivient.ops.accounts import NotTheOne, the_one
from tests.factories import make_host

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def test_a_handle_an_address_and_a_number_name_the_same_account() -> None:
    host = make_host(handle="mara", email="mara@nordlicht.example")
    assert [the_one(who) for who in ("mara", "Mara@Nordlicht.example", f"#{host.pk}", f" #{host.pk} ")] == [host] * 4


def test_accounts_with_one_address_are_listed_by_handle_or_else_by_number() -> None:
    first = make_host(handle="twin", email="twins@example.org")
    second = make_host(handle=None, email="twins@example.org")
    with pytest.raises(NotTheOne, match=f"twin, '#{second.pk}'"):
        the_one("twins@example.org")
    assert (the_one("twin"), the_one(f"#{second.pk}")) == (first, second)


@pytest.mark.parametrize("who", ["#0", "#999999999999999999", "#9999999999999999999999", "#", "#x", "#²", "nobody"])
def test_what_names_nobody_is_said_so(who: str) -> None:
    with pytest.raises(NotTheOne, match="No account"):
        the_one(who)
