"""Notices of push channels, and what may become of them on their way."""

import pytest

from sivient.vendors.calendar_emulator import Channel, Push
from sivient.vendors.calendar_emulator.push import may_be_pushed_to
from tests.vendors.calendar_emulator.conftest import CALENDAR, NOW, Service

URL = "https://app.example/hook"


def send(service: Service, note: str) -> None:
    spoilt = Push(URL, "ch", {"X-Note": "wrong"})
    service.it.pusher.send(Push(URL, "ch", {"X-Note": note}), lambda: spoilt)


def got(service: Service) -> list[str]:
    assert service.it.pusher.all_done()
    return [request.headers["X-Note"] for request in service.got]


@pytest.mark.parametrize(
    ("fault", "arrived"),
    [
        ("push-lost", ["b"]),
        ("push-twice", ["a", "a", "b"]),
        ("push-late", ["b"]),
        ("push-out-of-order", ["b", "a"]),
        ("push-wrong-secret", ["wrong", "b"]),
    ],
)
def test_a_notice_goes_wrong_once_in_the_way_that_was_asked_for(
    service: Service, fault: str, arrived: list[str]
) -> None:
    service.it.inject(fault)
    send(service, "a")
    assert service.it.pusher.all_done()
    send(service, "b")
    assert got(service) == arrived


def test_a_notice_that_was_held_back_is_released(service: Service) -> None:
    service.it.inject("push-late")
    send(service, "a")
    assert got(service) == []
    service.control("POST", "push/release")
    assert got(service) == ["a"]


def test_a_receiver_that_is_down_is_asked_again_and_one_that_refuses_is_not(service: Service) -> None:
    service.answers = [503, 503]
    send(service, "a")
    assert got(service) == ["a", "a", "a"]
    service.answers = [401]
    send(service, "b")
    assert got(service)[3:] == ["b"]
    assert [push.state for push in service.it.pusher.sent] == ["delivered", "refused"]


def channel(seconds: float = 600) -> Channel:
    return Channel("ch", "host", CALENDAR, URL, "secret", NOW.timestamp() + seconds)


def test_a_channel_lives_until_it_ends_or_is_stopped(service: Service) -> None:
    channels = service.it.channels
    one = channels.open(channel())
    assert channels.living(CALENDAR) == [one]
    service.it.clock.advance(601)
    assert channels.living(CALENDAR) == []
    service.it.clock.mend()
    channels.stop(one)
    assert channels.living(CALENDAR) == []
    service.it.inject("push-after-stop")
    assert [channels.living(CALENDAR), channels.living(CALENDAR)] == [[one], []]


def test_a_channel_may_end_sooner_than_it_says(service: Service) -> None:
    service.it.inject("channel-expires-early", settings={"seconds": 60})
    one = service.it.channels.open(channel())
    service.it.clock.advance(61)
    assert service.it.channels.living(CALENDAR) == []
    assert one.expires_at == NOW.timestamp() + 600


def test_notices_go_to_https_or_to_this_machine_alone() -> None:
    assert may_be_pushed_to(URL)
    assert may_be_pushed_to("http://127.0.0.1:8000/hook")
    assert not may_be_pushed_to("http://app.example/hook")
    assert not may_be_pushed_to("ftp://127.0.0.1/hook")
