"""Answers that any call may get in place of its own: numbers 1, 5, 9 to 14 and 17 to 21."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime

import httpx

from sivient.vendors.zoom.emulator.clock import zoom_time
from sivient.vendors.zoom.emulator.errors import ApiRefusal, OAuthRefusal, unauthorized, unknown_user
from sivient.vendors.zoom.emulator.faults.call import Call
from sivient.vendors.zoom.emulator.faults.fault import Effect, Settings, Shot
from sivient.vendors.zoom.emulator.limits import (
    CAP_REACHED,
    MEETING_WRITES_PER_DAY,
    TOO_FAST,
    TOO_MANY_TODAY,
    TOO_MANY_TOGETHER,
    Label,
    rate_headers,
)
from sivient.vendors.zoom.emulator.validation import read_object

HTML_PAGE = "<!DOCTYPE html><html><head><title>{status}</title></head><body><h1>{status} {words}</h1></body></html>"
XML_ERROR = '<?xml version="1.0" encoding="UTF-8"?><error><code>{status}</code><message>{words}</message></error>'


def plain_failure(call: Call, status: int) -> httpx.Response:
    """Return the usual answer for a status, in the shape of the endpoint."""
    if call.is_oauth and status >= 500:
        return OAuthRefusal(status, "server_error", "Service unavailable").response()
    if call.is_oauth and status == 401:
        return OAuthRefusal(status, "invalid_client", "Invalid client_id or client_secret").response()
    if call.is_oauth:
        return OAuthRefusal(status, "invalid_grant", "Invalid Token!").response()
    if status == 401:
        return unauthorized().response()
    if status == 429:
        return ApiRefusal(429, 429, TOO_FAST).response()
    return ApiRefusal(status, status, "Emulated failure.").response()


def instead(shot: Shot, response: httpx.Response) -> httpx.Response:
    """Answer without doing anything."""
    shot.did(f"answered {response.status_code}, nothing was done")
    return response


def down(shot: Shot) -> httpx.Response:
    """12, as the switch of the tour: 503 to everything."""
    return instead(shot, plain_failure(shot.call, 503))


def fails_before(shot: Shot) -> httpx.Response:
    """12 and 5: a server error, and nothing was done."""
    return instead(shot, plain_failure(shot.call, shot.settings["status"]))


def fails_after(shot: Shot) -> httpx.Response:
    """12 and 5: everything was done, and the answer is a server error."""
    done = shot.proceed()
    shot.did(f"{what_was_done(shot, done)}, answered {shot.settings['status']}")
    return plain_failure(shot.call, shot.settings["status"])


def answer_lost(shot: Shot) -> httpx.Response:
    """1 and 10: everything was done, and the connection breaks before the answer."""
    done = shot.proceed()
    shot.did(f"{what_was_done(shot, done)}, answer lost")
    shot.outcome.lost = True
    return done


def slow(shot: Shot) -> httpx.Response:
    """5, 9 and 11: everything is done at once, and the answer comes late."""
    done = shot.proceed()
    shot.hold(shot.settings["seconds"])
    shot.did(f"{what_was_done(shot, done)}, answered after {shot.settings['seconds']:g} s")
    return done


def html_page(shot: Shot) -> httpx.Response:
    """5 and 18: the page of a proxy, before anything was done."""
    status = shot.settings["status"]
    page = HTML_PAGE.format(status=status, words=httpx.codes.get_reason_phrase(status))
    return instead(shot, httpx.Response(status, html=page))


def xml_error(shot: Shot) -> httpx.Response:
    """18: an error as XML."""
    status = shot.settings["status"]
    body = XML_ERROR.format(status=status, words=httpx.codes.get_reason_phrase(status))
    return instead(shot, httpx.Response(status, text=body, headers={"Content-Type": "application/xml"}))


def empty_body(shot: Shot) -> httpx.Response:
    """18: the right status and no body; what was asked was done."""
    done = shot.proceed()
    shot.did(f"{what_was_done(shot, done)}, answered {done.status_code} without a body")
    return httpx.Response(done.status_code)


def gzipped(shot: Shot) -> httpx.Response:
    """18: the answer packed, whether or not the client asked for that."""
    done = shot.proceed()
    shot.did(f"{what_was_done(shot, done)}, answer packed with gzip")
    headers = {"Content-Type": done.headers.get("Content-Type", "application/json"), "Content-Encoding": "gzip"}
    return httpx.Response(done.status_code, content=gzip.compress(done.content, mtime=0), headers=headers)


def malformed_scope_error(shot: Shot) -> httpx.Response:
    """18: the scope error with quotes that nobody escaped, so that it is no JSON (contract chapter 5)."""
    scope = shot.call.scope
    body = f'{{"code":4711,"message":"Invalid access token, does not contain scopes:["{scope}","{scope}:admin"]."}}'
    return instead(shot, httpx.Response(400, text=body, headers={"Content-Type": "application/json"}))


def answers_200(shot: Shot) -> httpx.Response:
    """17: 200 where 201 is documented."""
    done = shot.proceed()
    shot.did(f"{what_was_done(shot, done)}, answered 200")
    return httpx.Response(200, content=done.content, headers={"Content-Type": "application/json"})


def redirected(shot: Shot) -> httpx.Response:
    """21: 307 to another host; nothing was done here."""
    location = f"https://{shot.settings['host']}{shot.call.request.url.raw_path.decode('ascii')}"
    shot.did(f"sent on to {shot.settings['host']}, nothing was done")
    return httpx.Response(307, headers={"Location": location})


LIMITS = {"too-fast": TOO_FAST, "daily-limit": TOO_MANY_TODAY, "cap": CAP_REACHED, "together": TOO_MANY_TOGETHER}


def limited(kind: str) -> Effect:
    """19: return the refusal for one of the limits, with a Retry-After in the form that is set."""

    def effect(shot: Shot) -> httpx.Response:
        now = shot.world.clock.now()
        until = now + timedelta(seconds=1)
        if kind in ("daily-limit", "cap"):
            until = datetime(now.year, now.month, now.day, tzinfo=now.tzinfo) + timedelta(days=1)
        headers = _retry_after(shot.settings["retry_after"], now, until)
        if headers and kind == "cap":
            headers |= rate_headers(Label.MEDIUM, "Daily-limit", MEETING_WRITES_PER_DAY)
        return instead(shot, ApiRefusal(429, shot.settings["code"], LIMITS[kind], headers=headers).response())

    return effect


def _retry_after(form: str, now: datetime, until: datetime) -> dict[str, str]:
    match form:
        case "iso":
            return {"Retry-After": zoom_time(until)}
        case "seconds":
            return {"Retry-After": str(max(1, round((until - now).total_seconds())))}
        case "date":
            return {"Retry-After": format_datetime(until.replace(microsecond=0), usegmt=True)}
        case _:
            return {}


def refused(status: int, code: int, message: str) -> Effect:
    """20: return a refusal; `{email}`, `{user}` and `{account}` of the message are those of the host."""

    def effect(shot: Shot) -> httpx.Response:
        user = shot.world.people.find(shot.call.user_id or "")
        names = {"email": "", "user": "me", "account": ""}
        if user is not None:
            names = {"email": user.email, "user": user.id, "account": user.account.id}
        return instead(shot, ApiRefusal(status, code, message.format_map(names)).response())

    return effect


def no_permission(shot: Shot) -> httpx.Response:
    """20: code 200, which means no."""
    return instead(shot, ApiRefusal(400, 200, shot.settings["message"]).response())


def field_refused(shot: Shot) -> httpx.Response:
    """20: code 300, naming one field."""
    errors = [{"field": shot.settings["field"], "message": "Invalid field."}]
    return instead(shot, ApiRefusal(400, 300, "Validation Failed.", errors=errors).response())


def names_field(call: Call, settings: Settings) -> bool:
    """Whether the body has the field, so that a second try without it goes through."""
    return settings["field"] in _sent(call)


def user_unknown(shot: Shot) -> httpx.Response:
    """9: the user does not exist any more."""
    return instead(shot, unknown_user("me").response())


def user_refused(shot: Shot) -> httpx.Response:
    """9: the access token is not accepted."""
    return instead(shot, unauthorized().response())


def without(*names: str) -> Effect:
    """Return a fault that leaves names out of the answer, or makes them null or empty where `as` says so."""

    def effect(shot: Shot) -> httpx.Response:
        done = shot.proceed()
        body = dict(shot.outcome.body)
        values: Mapping[str, object] = {"null": None, "empty": ""}
        how = shot.settings.get("as", "absent")
        for name in names:
            if name in body and how in values:
                body[name] = values[how]
            elif name in body:
                del body[name]
        shot.did(f"{what_was_done(shot, done)}, answered without {names[0]}")
        return told(done, body)

    return effect


def told(done: httpx.Response, body: Mapping[str, object]) -> httpx.Response:
    """Return an answer with another body; refusals stay what they are."""
    if not done.is_success:
        return done
    headers = {name: value for name, value in done.headers.items() if name not in ("content-length", "content-type")}
    return httpx.Response(done.status_code, json=dict(body), headers=headers)


def what_was_done(shot: Shot, done: httpx.Response) -> str:
    """Say in a few words what the real work came to."""
    if not done.is_success and done.status_code != 302:
        return f"refused with {done.status_code}"
    if shot.outcome.meeting_id is not None:
        return f"meeting {shot.outcome.meeting_id} created"
    words = {"refresh_token": "tokens rotated", "authorization_code": "tokens given"}
    return words.get(shot.call.route.rpartition(" ")[2], "done")


def _sent(call: Call) -> dict[str, object]:
    try:
        return read_object(call.request.content)
    except ApiRefusal:
        return {}


def sent_json(request: httpx.Request, **changes: object) -> httpx.Request:
    """Return the request with other fields in its body; one that is no JSON object stays as it is."""
    try:
        fields = read_object(request.content)
    except ApiRefusal:
        return request
    headers = {name: value for name, value in request.headers.items() if name not in ("content-length",)}
    content = json.dumps({name: value for name, value in (fields | changes).items() if value is not ...}).encode()
    return httpx.Request(request.method, request.url, headers=headers, content=content)
