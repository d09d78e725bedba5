"""The misbehaviours that only Microsoft has; the shared ones are in `calendar_emulator.faults`.

`of_call` are those of Graph calls that are refused before anything is done. The other names are asked for where the
thing happens: `delta`, `writes`, `subscriptions`, `tokens`.
"""

from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime

from sivient.vendors.calendar_emulator import CalendarEmulator, Call, Fault, Setting
from sivient.vendors.calendar_emulator.faults import Rule
from sivient.vendors.microsoft.emulator.errors import GraphError, not_found

RETRY_AFTER = Setting(None, "None, seconds as a number, or 'date' for an HTTP date ten seconds ahead")
FAULTS = (
    Fault(
        "rate-limited",
        "F3",
        "Too many requests, or more than four at once in a mailbox; nothing is done.",
        {"code": Setting("TooManyRequests", "or ApplicationThrottled"), "retry_after": RETRY_AFTER},
    ),
    Fault("token-refused", "F7", "401 although the token is good."),
    Fault("access-denied", "F8", "The permission is not there."),
    Fault("no-mailbox", "F8", "The account has no mailbox."),
    Fault("conflict", "F14", "412 although the etag is right."),
    Fault("not-found", "F14", "404 for an event that is there."),
    Fault("already-deleted", "F14", "A delete is done and answered with 404."),
    Fault("duplicate-without-id", "F1", "A used transactionId, without the id of its event."),
    Fault("sync-lost", "F11", "A delta link is too old.", {"status": Setting(410, "or 400")}),
    Fault("item-twice", "F11", "An event comes twice in one page, the older one first."),
    Fault("next-page-fails", "F11", "503 for a page that is not the first."),
    Fault("foreign-link", "F11", "The next link leads to another host."),
    Fault("unknown-enums", "F15", "Words that nobody knows, and nulls, in events."),
    Fault("subscription-exists", "F12", "Says that there is such a subscription."),
    Fault("subscription-gone", "F12", "Forgets a subscription that is to be renewed."),
    Fault("refresh-refused", "F7", "The refresh token is not accepted any more."),
    Fault("no-refresh-token", "F7", "A code gives no refresh token."),
    Fault("refresh-without-token", "F7", "A refresh brings no new refresh token."),
    Fault("fewer-scopes", "F8", "Grants less.", {"scope": Setting("User.Read Calendars.Read", "what is left")}),
    Fault("needs-admin", "F8", "An administrator has to allow the app first."),
)


def refuse(emulator: CalendarEmulator, call: Call) -> None:
    """Raise GraphError when a fault strikes this call before anything is done."""
    for name, refusal in REFUSALS.items():
        rule = emulator.calls.strike(name, call)
        if rule is not None:
            raise refusal(emulator, rule)


def _rate_limited(emulator: CalendarEmulator, rule: Rule) -> GraphError:
    after, headers = rule.settings["retry_after"], {}
    if after == "date":
        moment = emulator.clock.outside().replace(microsecond=0) + timedelta(seconds=10)
        headers = {"Retry-After": format_datetime(moment, usegmt=True)}
    elif after is not None:
        headers = {"Retry-After": str(after)}
    return GraphError(429, rule.settings["code"], "Please retry.", headers=headers)


REFUSALS: dict[str, Callable[[CalendarEmulator, Rule], GraphError]] = {
    "rate-limited": _rate_limited,
    "token-refused": lambda _, rule: GraphError(401, "InvalidAuthenticationToken", "Lifetime validation failed."),
    "access-denied": lambda _, rule: GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials."),
    "no-mailbox": lambda _, rule: GraphError(404, "MailboxNotEnabledForRESTAPI", "REST API is not yet supported."),
    "not-found": lambda _, rule: not_found(),
}
