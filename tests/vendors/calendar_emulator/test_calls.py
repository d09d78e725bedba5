"""What misbehaviour does to a call, and what the ledger says of it."""

import gzip

import httpx
import pytest

from sivient.vendors.calendar_emulator import Call
from tests.vendors.calendar_emulator.conftest import Service


class Endpoint:
    """Work that is counted."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.done = 0

    def __call__(self, path: str = "/v1/events", method: str = "POST") -> httpx.Response:
        call = Call(httpx.Request(method, f"http://x.example{path}"), "events.insert", "host")
        return self.service.it.call(call, self.work)

    def work(self) -> httpx.Response:
        self.done += 1
        return httpx.Response(200, json={"id": "e1", "parts": [{"n": 1}]})


@pytest.fixture
def endpoint(service: Service) -> Endpoint:
    return Endpoint(service)


@pytest.mark.parametrize(
    ("fault", "status", "done"),
    [
        ("done-but-500", 500, 1),
        ("done-but-html", 502, 1),
        ("status", 503, 0),
        ("html-page", 502, 0),
        ("redirect", 307, 0),
        ("slow", 200, 1),
        ("done-but-late", 200, 1),
    ],
)
def test_a_fault_strikes_once_and_the_work_is_done_or_not(
    endpoint: Endpoint, fault: str, status: int, done: int
) -> None:
    endpoint.service.it.inject(fault)
    assert endpoint().status_code == status
    assert endpoint.done == done
    assert endpoint().json()["id"] == "e1"
    entries = endpoint.service.it.calls.entries
    assert [(each.status, each.done, each.faults) for each in entries] == [
        (status, 200 if done else None, [fault]),
        (200, 200, []),
    ]


@pytest.mark.parametrize(("fault", "done"), [("lost-answer", 1), ("cut", 0)])
def test_a_cut_connection_has_no_answer(endpoint: Endpoint, fault: str, done: int) -> None:
    endpoint.service.it.inject(fault)
    with pytest.raises(httpx.ReadError):
        endpoint()
    assert endpoint.done == done
    assert endpoint.service.it.calls.entries[0].status is None


def test_an_answer_may_be_truncated_compressed_or_have_fields_that_nobody_knows(endpoint: Endpoint) -> None:
    for fault in ("truncated", "gzip", "unknown-fields"):
        endpoint.service.it.inject(fault)
    grown_and_cut = endpoint().content
    assert b"brandNew" in grown_and_cut
    assert not grown_and_cut.endswith(b"}")
    packed = endpoint()
    assert packed.headers["Content-Encoding"] == "gzip"
    assert b"".join(packed.stream)[:2] == gzip.compress(b"")[:2]
    assert endpoint().json()["id"] == "e1"


def test_a_rule_strikes_only_calls_that_fit(endpoint: Endpoint) -> None:
    inject = endpoint.service.it.inject
    inject("status", method="GET", times=None)
    inject("status", path="/other", times=None)
    inject("status", account="somebody", times=None)
    assert endpoint().status_code == 200
    assert endpoint(method="GET").status_code == 503
    assert endpoint("/v1/other/1").status_code == 503


def test_a_rule_may_let_the_first_calls_pass(endpoint: Endpoint) -> None:
    endpoint.service.it.inject("status", skip=1, times=2)
    assert [endpoint().status_code for _ in range(5)] == [200, 503, 503, 200, 200]


@pytest.mark.parametrize(
    "wish", [{"fault": "nonsense"}, {"fault": "slow", "settings": {"x": 1}}, {"fault": "slow", "y": 1}]
)
def test_a_misspelt_wish_is_refused(service: Service, wish: dict[str, object]) -> None:
    assert service.control("POST", "faults", **wish)["status"] == 400
    assert service.it.faults.rules == {}


def test_every_fault_is_listed_with_its_row_and_can_be_mended(service: Service) -> None:
    known = service.control("GET", "faults/known")["faults"]
    assert all(fault["words"] and fault["row"].startswith("F") for fault in known)
    for fault in known:
        service.control("POST", "faults", fault=fault["name"])
    assert len(service.control("GET", "faults")["rules"]) == len(known)
    service.control("DELETE", "faults")
    assert service.control("GET", "faults")["rules"] == []
