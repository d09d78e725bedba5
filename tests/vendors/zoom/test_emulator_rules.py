"""Rules of faults: how often, for whom, where; listed, removed, repeatable, and kept over a restart."""

from __future__ import annotations

from pathlib import Path

import pytest

from sivient.vendors.zoom.emulator import ZoomEmulator
from sivient.vendors.zoom.emulator.faults import FAULTS, NAMED
from tests.vendors.zoom.broken import Broken, ServedApp, a_broken_zoom
from tests.vendors.zoom.emulated import JONAS, MARA, Hands, TheApp, an_app

CREATE = "POST /v2/users/me/meetings"


def statuses(app: ServedApp, times: int) -> list[int]:
    """Ask several times who the user is."""
    return [app.me().status_code for _ in range(times)]


def test_every_number_of_the_contract_is_there_and_every_name_once() -> None:
    assert {fault.number for fault in FAULTS} == set(range(1, 28))
    assert len(NAMED) == len(FAULTS)


def test_every_fault_is_listed_with_its_words_and_settings(broken: Broken) -> None:
    known = {fault["name"]: fault for fault in broken.control("GET", "faults/known").json()["faults"]}
    assert set(known) == set(NAMED)
    hang = known["create-hangs"]
    assert (hang["number"], hang["routes"], hang["settings"]) == (11, [CREATE], {"seconds": 10})
    assert hang["words"] == "The meeting is made, and the answer takes long"


def test_every_fault_can_be_injected_with_its_usual_settings(broken: Broken) -> None:
    for name in NAMED:
        assert broken.inject(name)["name"] == name
    assert len(broken.control("GET", "faults").json()["rules"]) == len(NAMED)


def test_by_itself_a_rule_strikes_once(broken: Broken) -> None:
    app = broken.app()
    broken.inject("fails-before")
    assert statuses(app, 3) == [503, 200, 200]
    assert broken.control("GET", "faults").json()["rules"] == []


def test_a_rule_strikes_the_next_few_calls_or_always(broken: Broken) -> None:
    app = broken.app()
    broken.inject("fails-before", times=2)
    assert statuses(app, 3) == [503, 503, 200]
    broken.inject("fails-before", times=None)
    assert statuses(app, 5) == [503] * 5
    (rule,) = broken.control("GET", "faults").json()["rules"]
    assert (rule["struck"], rule["seen"], rule["left"]) == (5, 5, None)


def test_a_rule_begins_with_the_nth_call(broken: Broken) -> None:
    app = broken.app()
    broken.inject("fails-before", nth=3)
    assert statuses(app, 4) == [200, 200, 503, 200]


def test_a_share_is_by_chance_and_the_same_for_the_same_seed() -> None:
    runs = []
    for seed in (7, 7, 8):
        with a_broken_zoom() as broken:
            app = broken.app()
            broken.zoom.switch(limits=False)
            broken.inject("fails-before", times=None, share=0.3, seed=seed)
            runs.append(statuses(app, 60))
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]
    assert 8 <= runs[0].count(503) <= 28


def test_the_emulators_own_seed_counts_where_a_rule_names_none() -> None:
    with a_broken_zoom(seed=42) as broken:
        assert broken.inject(10)["seed"] == 42


@pytest.mark.parametrize("name", ["mara", "mAraLq7TQd2fHk0xWv3s9A", "mara@nordlicht.example"])
def test_a_rule_is_for_one_user(broken: Broken, name: str) -> None:
    mara, jonas = broken.app(MARA), broken.app(JONAS)
    broken.inject("fails-before", user=name, times=None)
    broken.inject("token-fails", user=name, times=None)
    assert (mara.me().status_code, jonas.me().status_code) == (503, 200)
    assert (mara.refresh().status_code, jonas.refresh().status_code) == (503, 200)
    assert (mara.exchange(mara.code()).status_code, jonas.exchange(jonas.code(JONAS)).status_code) == (503, 200)


def test_a_rule_is_for_one_endpoint(broken: Broken) -> None:
    app = broken.app()
    broken.inject("fails-before", route=CREATE, times=None)
    broken.inject("token-fails", route="POST /oauth/token", times=None)
    assert (app.me().status_code, app.create().status_code, app.refresh().status_code) == (200, 503, 503)


def test_the_first_rule_has_the_last_word_and_each_is_written_down(broken: Broken) -> None:
    app = broken.app()
    broken.inject("answers-200")
    broken.inject("without-password")
    answer = app.create()
    assert answer.status_code == 200
    assert "password" not in answer.json()
    told = [(each["fault"], each["done"], each["told"]) for each in broken.journal()]
    assert told == [(17, 201, 200), (14, 201, 200)]


def test_a_rule_that_answers_first_leaves_the_others_for_the_next_call(broken: Broken) -> None:
    app = broken.app()
    broken.inject("fails-before")
    broken.inject("answers-200", times=1)
    assert [app.create().status_code for _ in range(3)] == [503, 200, 201]


def test_rules_are_listed_and_removed(broken: Broken) -> None:
    app = broken.app()
    first, second = broken.inject(10, times=None), broken.inject("me-slow")
    assert [rule["id"] for rule in broken.control("GET", "faults").json()["rules"]] == [first["id"], second["id"]]
    assert broken.control("DELETE", f"faults/{first['id']}").json() == {"removed": first["id"]}
    assert app.create().status_code == 201
    assert [rule["id"] for rule in broken.control("GET", "faults").json()["rules"]] == [second["id"]]
    assert broken.control("DELETE", f"faults/{first['id']}").status_code == 400


def test_mending_takes_everything_away_but_the_journal(broken: Broken) -> None:
    app = broken.app()
    broken.inject("fails-before", times=None)
    broken.control("POST", "switch", {"answers_503": True, "delay_seconds": 0.5})
    broken.control("POST", "faults", {"fail_next": [500]})
    broken.control("POST", "clock", {"skew_seconds": 600})
    app.me()
    assert broken.control("DELETE", "faults").json() == {"mended": True}
    state = broken.control("GET", "state").json()
    assert (state["rules"], state["fail_next"], state["clock"]["skew_seconds"]) == ([], {}, 0)
    assert (state["switches"]["answers_503"], state["switches"]["delay_seconds"]) == (False, 0)
    assert len(broken.journal()) == state["injections"] == 1
    assert app.me().status_code == 200


@pytest.mark.parametrize(
    "wish",
    [
        {"fault": 28},
        {"fault": 0},
        {"fault": "nothing"},
        {"fault": True},
        {"fault": 10, "times": 0},
        {"fault": 10, "times": True},
        {"fault": 10, "nth": 0},
        {"fault": 10, "share": 0},
        {"fault": 10, "share": 1.5},
        {"fault": 10, "seed": "x"},
        {"fault": 10, "user": "nobody"},
        {"fault": 10, "route": "GET /v2/users/me"},
        {"fault": 10, "route": 7},
        {"fault": 10, "settings": {"seconds": 5}},
        {"fault": 10, "settings": []},
        {"fault": 10, "with": {}},
        {"fault": 11, "settings": {"seconds": "5"}},
        {"fault": 11, "settings": {"seconds": -1}},
        {"fault": "fails-before", "settings": {"status": 404}},
        {"fault": "fails-before", "settings": {"status": [500]}},
        {"fault": "setting-dropped", "settings": {"setting": ""}},
    ],
)
def test_a_wrong_wish_is_refused_and_changes_nothing(broken: Broken, wish: dict[str, object]) -> None:
    answer = broken.control("POST", "faults", wish)
    assert (answer.status_code, set(answer.json())) == (400, {"message"})
    assert broken.control("GET", "faults").json()["rules"] == []


def test_queued_status_codes_are_written_down_too(broken: Broken) -> None:
    app = broken.app()
    broken.control("POST", "faults", {"fail_next": {CREATE: [503]}})
    assert app.create().status_code == 503
    (injection,) = broken.journal()
    assert (injection["name"], injection["fault"], injection["route"]) == ("fail-next", 0, CREATE)


def test_the_journal_can_be_joined_with_a_log(broken: Broken) -> None:
    app = broken.app()
    broken.inject("answers-200")
    answer = app.create()
    (injection,) = broken.journal()
    assert injection["tracking_id"] == answer.headers["x-zm-trackingid"]
    assert injection["meeting_id"] == answer.json()["id"]
    assert injection["at"] == "2026-11-24T09:00:00.000+00:00"


def test_rules_and_the_journal_survive_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "zoom.state"
    killed = ZoomEmulator(an_app(), state_file=path, clock=Hands())
    app = TheApp(killed).connect()
    killed.inject("fails-before", times=3)
    assert app.create().status_code == 503
    again = ZoomEmulator(an_app(), state_file=path, clock=Hands())
    app.http = TheApp(again).http
    assert [app.create().status_code for _ in range(3)] == [503, 503, 201]
    assert [each["number"] for each in again.injections] == [1, 2, 3]
    again.close()


def test_a_reset_forgets_rules_and_journal(broken: Broken) -> None:
    app = broken.app()
    broken.inject("fails-before", times=None)
    app.me()
    broken.control("POST", "reset")
    assert broken.control("GET", "faults").json()["rules"] == []
    assert broken.journal() == []
