"""Meetings that come out otherwise than asked: numbers 15, 16 and 26."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

import httpx

from sivient.vendors.zoom.emulator.clock import zoom_time
from sivient.vendors.zoom.emulator.errors import ApiRefusal
from sivient.vendors.zoom.emulator.faults.answers import sent_json, told, what_was_done
from sivient.vendors.zoom.emulator.faults.call import Call
from sivient.vendors.zoom.emulator.faults.fault import Settings, Shot
from sivient.vendors.zoom.emulator.meetings import shown
from sivient.vendors.zoom.emulator.validation import read_object


def personal_id(shot: Shot) -> httpx.Response:
    """15: the meeting really is on the host's personal id, which everybody shares."""
    settings = _settings(shot.call.request) | {"use_pmi": True}
    done = shot.proceed(sent_json(shot.call.request, settings=settings))
    shot.did(f"{what_was_done(shot, done)} on the personal meeting id")
    return done


def shifted_start(shot: Shot) -> httpx.Response:
    """16: the meeting really is at another time, as when a zone was misread."""
    done = shot.proceed()
    meeting = shot.world.store.meetings.get(str(shot.outcome.body.get("uuid")))
    if not done.is_success or meeting is None:
        shot.did(what_was_done(shot, done))
        return done
    start = datetime.fromisoformat(str(meeting.body["start_time"])) + timedelta(minutes=shot.settings["minutes"])
    shot.world.meetings.update(meeting, {"start_time": zoom_time(start)})
    shot.did(f"{what_was_done(shot, done)}, {shot.settings['minutes']:g} minutes from where it should be")
    return told(done, shown(meeting, created=True))


def setting_dropped(shot: Shot) -> httpx.Response:
    """26: settings that were sent are dropped without a word, as an administrator's lock does."""
    wanted, dropped = _settings(shot.call.request), _dropped(shot.call, shot.settings)
    kept = {name: value for name, value in wanted.items() if name not in dropped}
    done = shot.proceed(sent_json(shot.call.request, settings=kept))
    shot.did(f"{what_was_done(shot, done)} without the setting {', '.join(sorted(dropped))}")
    return done


def sends_setting(call: Call, settings: Settings) -> bool:
    """Whether the request has a setting to drop."""
    return bool(_dropped(call, settings))


def _dropped(call: Call, settings: Settings) -> set[str]:
    sent = set(_settings(call.request))
    return sent if settings["setting"] == "all" else sent & {settings["setting"]}


def _settings(request: httpx.Request) -> dict[str, object]:
    try:
        settings = read_object(request.content).get("settings")
    except ApiRefusal:
        return {}
    return cast("dict[str, object]", settings) if isinstance(settings, dict) else {}
