"""Push channels of the emulated Google (contract 1.5)."""

from typing import Any

from tests.vendors.google.emulator.conftest import Office, reason

WATCH = "calendars/primary/events/watch"
CHANNEL = {"id": "ch-1", "type": "web_hook", "address": "https://app.example/hook", "token": "secret"}


def watch(office: Office, **changed: Any) -> Any:
    return office.ask("POST", WATCH, CHANNEL | changed)


def states(office: Office) -> list[str]:
    assert office.calendars.pusher.all_done()
    return [request.headers["X-Goog-Resource-State"] for request in office.got]


def test_a_channel_says_hello_and_then_of_each_change_that_there_is_one(office: Office) -> None:
    made = watch(office).json()
    week = 7 * 24 * 3600
    assert int(made["expiration"]) == int((office.clock().timestamp() + week) * 1000)
    office.insert()
    assert states(office) == ["sync", "exists"]
    hello, change = office.got
    assert (hello.content, hello.headers["X-Goog-Message-Number"]) == (b"", "1")
    assert int(change.headers["X-Goog-Message-Number"]) > 1
    assert change.headers["X-Goog-Channel-ID"] == "ch-1"
    assert change.headers["X-Goog-Channel-Token"] == "secret"
    assert change.headers["X-Goog-Resource-ID"] == made["resourceId"]
    assert change.headers["X-Goog-Channel-Expiration"].endswith("GMT")


def test_a_channel_ends_when_it_is_stopped_or_its_week_is_over(office: Office) -> None:
    made = watch(office).json()
    assert reason(office.ask("POST", "channels/stop", {"id": "ch-1", "resourceId": "other"})) == "404 notFound"
    stop = {"id": "ch-1", "resourceId": made["resourceId"]}
    assert office.ask("POST", "channels/stop", stop).status_code == 204
    assert reason(office.ask("POST", "channels/stop", stop)) == "404 notFound"
    watch(office, id="ch-2")
    office.clock.move(days=8)
    office.connect()
    office.insert()
    assert states(office) == ["sync", "sync"]


def test_a_channel_needs_https_and_an_id_of_its_own(office: Office) -> None:
    assert reason(watch(office, address="http://app.example/hook")) == "400 push.webhookUrlNotHttps"
    assert reason(watch(office, id="x" * 65)) == "400 invalid"
    assert watch(office, address="http://127.0.0.1:8000/hook").is_success
    assert reason(watch(office)) == "400 channelIdNotUnique"
    assert reason(watch(office, id="", type="")) == "400 required"


def test_a_notice_with_another_secret_comes_when_asked_for(office: Office) -> None:
    watch(office)
    office.calendars.inject("push-wrong-secret")
    office.insert()
    assert states(office) == ["sync", "exists"]
    assert office.got[1].headers["X-Goog-Channel-Token"] != "secret"
