"""Several hosts at once: any of them, or all."""

from hypothesis import given
from hypothesis import strategies as st

from sivient.core.hosts import all_of, any_of

offers = st.dictionaries(st.sampled_from("abcd"), st.frozensets(st.integers(0, 9)).map(sorted))


def test_any_of_says_who_is_free_at_each_start_in_order_of_time_and_of_hosts() -> None:
    offered = {"zoe": [30, 40], "ada": [10, 30], "max": []}
    assert any_of(offered) == [(10, ("ada",)), (30, ("zoe", "ada")), (40, ("zoe",))]


def test_all_of_offers_what_everybody_offers() -> None:
    offered = {"zoe": [10, 30, 40], "ada": [10, 20, 30]}
    assert all_of(offered) == [(10, ("zoe", "ada")), (30, ("zoe", "ada"))]
    assert all_of(offered | {"max": []}) == []


def test_one_host_alone_offers_the_same_in_both_ways() -> None:
    assert any_of({1: [10, 20]}) == all_of({1: [10, 20]}) == [(10, (1,)), (20, (1,))]


def test_nobody_offers_nothing() -> None:
    assert any_of({}) == all_of({}) == []


@given(offers)
def test_each_start_comes_once_with_exactly_those_who_offer_it(offered: dict[str, list[int]]) -> None:
    free = {start: tuple(host for host in offered if start in offered[host]) for start in range(10)}
    assert any_of(offered) == [(start, hosts) for start, hosts in free.items() if hosts]
    assert all_of(offered) == [(start, hosts) for start, hosts in free.items() if hosts and hosts == tuple(offered)]
