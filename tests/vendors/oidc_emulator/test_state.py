"""What an emulated provider remembers: over a restart, and until it is told to forget."""

import stat
from pathlib import Path

import pytest

from tests.vendors.oidc_emulator.conftest import Place


def test_keys_codes_and_tokens_survive_a_restart(provider: Place, tmp_path: Path) -> None:
    file = tmp_path / "not-there-yet" / "state.json"
    first = provider.restart(file)
    first.app.http.post("/__ctl/rotate-keys")
    signed, waiting = first.app.go(first.person), first.app.go(first.person)
    token = first.app.fetch(signed).json()

    second = first.restart(file)
    second.app.verify(token, nonce=signed.nonce, issuer=second.issuer_of_person)
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    assert second.app.http.get(second.app.metadata["userinfo_endpoint"], headers=headers).status_code == 200
    assert second.app.fetch(signed).json()["error"] == "invalid_grant"
    assert second.app.fetch(waiting).status_code == 200


def test_the_state_file_is_for_its_owner_only(provider: Place, tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    provider.restart(file).sign_in()
    assert {stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()} == {0o600}
    assert {each.name for each in tmp_path.iterdir()} <= {"state.json", "state.json.calendars"}
    assert file.exists()


def test_what_has_expired_leaves_the_file(provider: Place, tmp_path: Path) -> None:
    place = provider.restart(tmp_path / "state.json")
    place.sign_in()
    place.clock.move(hours=2)
    place.app.http.get("/__ctl/state")
    grants = place.emulator.provider.grants
    assert (grants.codes, grants.access_tokens) == ({}, {})


def test_a_broken_file_is_named(provider: Place, tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    file.write_text("{")
    with pytest.raises(ValueError, match=r"state\.json is not an emulator's state"):
        provider.restart(file)


def test_reset_forgets_everything_but_the_keys(provider: Place) -> None:
    provider.sign_in()
    state = provider.app.http.get("/__ctl/state").json()
    assert (state["calls"]["token"], state["access_tokens"]) == (1, 1)
    assert state["last_request"]["code_challenge_method"] == "S256"

    after = provider.app.http.post("/__ctl/reset").json()
    assert (after["calls"], after["access_tokens"], after["codes_waiting"]) == ({}, 0, 0)
    assert after["signing_keys"] == state["signing_keys"]


def test_the_front_page_rotates_keys_with_a_button(provider: Place) -> None:
    browser = {"Accept": "text/html"}
    before = provider.app.http.get("/", headers=browser)
    assert before.text.count("<code>") == 1
    pressed = provider.app.http.post("/__ctl/rotate-keys", headers=browser)
    assert (pressed.status_code, pressed.headers["location"]) == (303, "/")
    assert provider.app.http.get("/").text.count("<code>") == 2
    assert provider.app.http.get("/__ctl/nothing").status_code == 404
