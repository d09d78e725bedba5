"""What the person allows: box by box, added to what was allowed before, and taken away again (contract 1.2)."""

import re

from tests.vendors.google.emulator.conftest import AUTH, FREEBUSY, LIST, OWNED, Office, reason
from tests.vendors.oidc_emulator.application import CALLBACK


def scopes(office: Office) -> set[str]:
    return set(office.token["scope"].split())


def test_the_person_may_untick_a_box(office: Office) -> None:
    office.connect(OWNED, FREEBUSY, LIST, untick=(LIST,))
    assert scopes(office) == {OWNED, FREEBUSY}
    assert reason(office.ask("GET", "users/me/calendarList")) == "403 insufficientPermissions"


def test_the_consent_page_has_a_box_for_each_calendar_scope_and_none_for_signing_in(office: Office) -> None:
    office.app.scope = f"openid email {OWNED} {LIST}"
    url, _, _ = office.app.ask()
    page = office.app.http.post(url, data={"person": "mara"})
    assert page.status_code == 200
    assert re.findall(r'type="checkbox" name="([^"]+)"', page.text) == [OWNED, LIST]
    back = office.app.http.post(url, data={"person": "mara", "asked": "yes", OWNED: "on"})
    assert back.headers["location"].startswith(CALLBACK)
    assert LIST not in back.headers["location"].replace("%3A", ":").replace("%2F", "/")


def test_what_was_allowed_before_is_included_when_the_application_asks_for_it(office: Office) -> None:
    office.connect("openid", "email", choice="jonas")
    office.connect(FREEBUSY, choice="jonas")
    assert scopes(office) == {FREEBUSY}
    office.connect(LIST, choice="jonas", include_granted_scopes="true")
    assert scopes(office) >= {LIST, FREEBUSY, "openid"}


def test_the_person_may_choose_another_account_or_say_no(office: Office) -> None:
    office.connect(OWNED, LIST, choice="jonas")
    assert [each["id"] for each in office.ask("GET", "users/me/calendarList").json()["items"]] == [
        "jonas@weber.example"
    ]
    assert office.come_back(OWNED, choice="deny")["error"] == "access_denied"


def test_access_that_was_taken_away_ends_every_token(office: Office) -> None:
    assert "Remove access" in office.app.http.get("/connections").text
    office.app.http.post("/__ctl/withdraw", data={"person": "mara"})
    assert office.ask("GET", "users/me/calendarList").status_code == 401
    assert office.app.refresh(office.token["refresh_token"]).json()["error"] == "invalid_grant"


def test_an_access_token_runs_out_and_a_refresh_keeps_the_refresh_token(office: Office) -> None:
    office.clock.move(hours=1)
    assert reason(office.ask("GET", "users/me/calendarList")) == "401 authError"
    fresh = office.app.refresh(office.token["refresh_token"]).json()
    assert "refresh_token" not in fresh
    assert set(fresh["scope"].split()) == {OWNED, FREEBUSY, LIST}


def test_tokens_go_wrong_when_asked_for(office: Office) -> None:
    office.calendars.inject("refresh-refused")
    office.calendars.inject("token-refused")
    office.calendars.inject("no-refresh-token")
    assert office.app.refresh(office.token["refresh_token"]).json()["error"] == "invalid_grant"
    assert office.app.refresh(office.token["refresh_token"]).is_success
    assert reason(office.ask("GET", "users/me/calendarList")) == "401 authError"
    assert "refresh_token" not in office.connect()


def test_a_token_for_times_alone_shows_times_alone(office: Office) -> None:
    office.insert(description="secret plan")
    office.insert("free1", 11, transparency="transparent")
    office.connect(FREEBUSY, AUTH + "calendar.freebusy")
    (item,) = office.sync()["items"]
    assert item["start"]["dateTime"] == "2026-11-24T10:00:00+01:00"
    assert not {"summary", "description", "attendees"} & item.keys()
    assert reason(office.insert("xyz12")) == "403 insufficientPermissions"
