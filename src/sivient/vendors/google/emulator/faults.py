"""What Google Calendar does wrong in its own way; the rest is in `calendar_emulator.faults`."""

from datetime import timedelta
from email.utils import format_datetime

import httpx

from sivient.vendors.calendar_emulator import CalendarEmulator, Call, Fault, Setting
from sivient.vendors.google.emulator import errors
from sivient.vendors.google.emulator.errors import ApiError

RETRY_AFTER = Setting(None, "None, seconds as a number, or 'date' for an HTTP date ten seconds ahead")
FAULTS = (
    Fault(
        "rate-limited",
        "F3",
        "Too many requests; nothing is done.",
        {
            "status": Setting(403, "403 or 429"),
            "reason": Setting("rateLimitExceeded", "or userRateLimitExceeded"),
            "retry_after": RETRY_AFTER,
        },
    ),
    Fault("backend-error", "F1", "Nothing is done.", {"status": Setting(503, "500 or 503")}),
    Fault("quota-exceeded", "F4", "No more invitations for hours: 403 to a write that would invite somebody."),
    Fault("tombstone", "F2", "An insert finds its id taken by an event that somebody has deleted."),
    Fault(
        "freebusy-error",
        "F5",
        "A 200 with an error for a calendar.",
        {"reason": Setting("notFound", "or internalError"), "calendar": Setting("", "whose; empty: every one")},
    ),
    Fault("freebusy-missing", "F5", "A 200 without a calendar.", {"calendar": Setting("", "empty: every one")}),
    Fault("token-refused", "F7", "401 although the token is good."),
    Fault("refresh-refused", "F7", "invalid_grant although the refresh token is good."),
    Fault("no-refresh-token", "F7", "A code gives no refresh token."),
    Fault("sync-lost", "F11", "410 fullSyncRequired for a sync token."),
    Fault("next-page-fails", "F11", "500 for a page that is not the first."),
    Fault("item-twice", "F11", "The first item of a page comes again at its end."),
    Fault("not-found", "F14", "404 for an event that is there."),
    Fault("conflict", "F14", "412 although the etag is right."),
    Fault("already-deleted", "F14", "A delete is done and answered with 410."),
    Fault("conference-refused", "F15", "400 for conferenceData of an add-on."),
    Fault("unknown-enums", "F15", "Roles, statuses and event types that nobody knows."),
)


def before(emulator: CalendarEmulator, call: Call) -> None:
    """Raise the refusal of a fault that strikes before anything is done."""
    if "pageToken" in call.request.url.params and strikes(emulator, "next-page-fails", call):
        raise ApiError(500, "backendError", "Backend Error")
    if strikes(emulator, "token-refused", call):
        raise errors.unauthorized()
    if rule := emulator.calls.strike("rate-limited", call):
        headers = _retry_after(emulator, rule.settings["retry_after"])
        status, reason = rule.settings["status"], rule.settings["reason"]
        raise ApiError(status, reason, "Rate Limit Exceeded", domain="usageLimits", headers=headers)
    if rule := emulator.calls.strike("backend-error", call):
        raise ApiError(rule.settings["status"], "backendError", "Backend Error")


def strikes(emulator: CalendarEmulator, fault: str, call: Call) -> bool:
    """Whether a fault without settings strikes this call."""
    return emulator.calls.strike(fault, call) is not None


def at_token_endpoint(emulator: CalendarEmulator, call: Call, form: dict[str, str]) -> httpx.Response | None:
    """Return the answer of a fault that strikes a request for tokens; None: the request goes on."""
    if form.get("grant_type") == "refresh_token" and strikes(emulator, "refresh-refused", call):
        body = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        return httpx.Response(400, json=body)
    return None


def _retry_after(emulator: CalendarEmulator, form: float | str | None) -> dict[str, str]:
    if form is None:
        return {}
    if form == "date":
        moment = emulator.clock.outside().replace(microsecond=0) + timedelta(seconds=10)
        return {"Retry-After": format_datetime(moment, usegmt=True)}
    return {"Retry-After": str(form)}
