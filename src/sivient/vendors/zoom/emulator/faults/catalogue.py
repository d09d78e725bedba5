"""The list: every fault of contract chapter 10 under its number; several forms of one have names of their own."""

from __future__ import annotations

from sivient.vendors.zoom.emulator.faults import access, answers, callback, events, meetings
from sivient.vendors.zoom.emulator.faults.answers import limited, refused, without
from sivient.vendors.zoom.emulator.faults.call import (
    ALLOW,
    CREATE,
    EXCHANGE,
    LIST,
    ME,
    OAUTH,
    REFRESH,
    REMOVAL,
    REST,
    TOKEN,
    UPDATE,
    VALIDATION,
)
from sivient.vendors.zoom.emulator.faults.fault import Fault, Group, Setting, number, one_of, text

STATUS = one_of("Status", 503, 500, 502)
SECONDS = number("Seconds", 10, 5, 20, 30, 60, high=3600)
RETRY_FORMS = ("none", "iso", "seconds", "date")
CODE = one_of("Code", 429, 4001)


def _limit(usual: str) -> dict[str, Setting]:
    others = [form for form in RETRY_FORMS if form != usual]
    return {"retry_after": one_of("Retry-After", usual, *others), "code": CODE}


MAKING = (
    Fault(10, "create-answer-lost", "The meeting is made, and the answer is lost", Group.MAKING, (CREATE,),
          answers.answer_lost),
    Fault(11, "create-hangs", "The meeting is made, and the answer takes long", Group.MAKING, (CREATE,),
          answers.slow, settings={"seconds": SECONDS}),
    Fault(12, "create-fails-after", "The meeting is made, and Zoom says that it failed", Group.MAKING, (CREATE,),
          answers.fails_after, settings={"status": STATUS}),
    Fault(13, "without-join-url", "The answer has no join link", Group.MAKING, (CREATE,),
          without("join_url"), settings={"as": one_of("Link", "absent", "null")}),
    Fault(14, "without-password", "The answer has no passcode", Group.MAKING, (CREATE,),
          without("password", "h323_password", "pstn_password", "encrypted_password")),
    Fault(15, "personal-id", "The meeting is put on the host's personal meeting id", Group.MAKING, (CREATE,),
          meetings.personal_id),
    Fault(16, "shifted-start", "The meeting is made for another time", Group.MAKING, (CREATE,),
          meetings.shifted_start, settings={"minutes": number("Minutes", 60, 120, -60, low=-1440, high=1440)}),
    Fault(17, "answers-200", "The meeting is made, and Zoom answers 200 and not 201", Group.MAKING, (CREATE,),
          answers.answers_200),
    Fault(26, "setting-dropped", "A setting of the meeting is dropped without a word", Group.MAKING, (CREATE,),
          meetings.setting_dropped, settings={"setting": text("Setting", "all")}, fits=meetings.sends_setting),
)  # fmt: skip

CALLS = (
    Fault(12, "answers-503", "Zoom answers 503 to everything", Group.CALLS, (*REST, *OAUTH), answers.down),
    Fault(12, "fails-before", "Zoom fails, and nothing was done", Group.CALLS, REST,
          answers.fails_before, settings={"status": STATUS}),
    Fault(12, "fails-after", "Zoom does what was asked, and says that it failed", Group.CALLS, REST,
          answers.fails_after, settings={"status": STATUS}),
    Fault(18, "empty-body", "Zoom does what was asked, and answers with nothing", Group.CALLS, REST,
          answers.empty_body),
    Fault(18, "xml-error", "Zoom answers an error in XML", Group.CALLS, REST, answers.xml_error,
          settings={"status": one_of("Status", 500, 400, 401, 403, 503)}),
    Fault(18, "html-error", "A proxy answers a page of HTML", Group.CALLS, REST, answers.html_page,
          settings={"status": one_of("Status", 502, 503, 504, 200)}),
    Fault(18, "gzip-body", "Zoom packs its answer with gzip", Group.CALLS, REST, answers.gzipped),
    Fault(21, "redirect", "Zoom sends the app to another host", Group.CALLS, REST, answers.redirected,
          settings={"host": text("Host", "api-eu.zoom.us")}),
)  # fmt: skip

LIMITS = (
    Fault(19, "too-fast", "Too many calls in one second", Group.LIMITS, REST, limited("too-fast"),
          settings=_limit("none")),
    Fault(19, "daily-limit", "Too many calls of the account today", Group.LIMITS, REST, limited("daily-limit"),
          settings=_limit("iso")),
    Fault(19, "meeting-cap", "A hundred meetings of this host today", Group.LIMITS, (CREATE, UPDATE), limited("cap"),
          settings=_limit("none")),
    Fault(19, "too-many-together", "Too many calls at the same time", Group.LIMITS, REST, limited("together"),
          settings=_limit("none")),
)  # fmt: skip

REFUSALS = (
    Fault(20, "may-not-host", "This user may not host meetings", Group.REFUSALS, (CREATE,),
          refused(400, 3161, "Your user account is not allowed meeting hosting and scheduling capabilities.")),
    Fault(20, "no-permission", "No permission", Group.REFUSALS, (CREATE,), answers.no_permission,
          settings={"message": one_of("Words", "No permission.", "Only available for paid account")}),
    Fault(20, "field-refused", "One field of the meeting is not accepted", Group.REFUSALS, (CREATE, UPDATE),
          answers.field_refused, settings={"field": one_of("Field", "timezone", "agenda", "topic", "start_time")},
          fits=answers.names_field),
    Fault(20, "may-not-schedule", "Meetings with this person are blocked", Group.REFUSALS, (CREATE,),
          refused(400, 3000, "You cannot schedule a meeting for {email}.")),
    Fault(20, "user-gone", "This user does not exist any more", Group.REFUSALS, (CREATE, LIST, ME),
          refused(404, 1001, "User does not exist: {user}.")),
    Fault(20, "invitation-expired", "This user's invitation has expired", Group.REFUSALS, (CREATE, ME),
          refused(400, 1120, "The invitation of the user has expired.")),
    Fault(18, "scope-error-malformed", "The permission is not enough, said in broken JSON", Group.REFUSALS, REST,
          answers.malformed_scope_error),
)  # fmt: skip

TOKENS = (
    Fault(1, "token-answer-lost", "Tokens are rotated, and the answer is lost", Group.TOKENS, TOKEN,
          answers.answer_lost),
    Fault(2, "rotation-grace", "The earlier refresh token goes on working", Group.TOKENS, (REFRESH,), access.grace,
          settings={"seconds": Setting("Seconds", 60, lambda value: value is None or _seconds(value), (60, 0, None))}),
    Fault(3, "invalid-grant", "Zoom says that the permission is gone", Group.TOKENS, TOKEN, access.invalid_grant,
          settings={"reason": one_of("Reason", True, False), "status": one_of("Status", 400, 401)}),
    Fault(4, "invalid-client", "Zoom does not know the app's credentials", Group.TOKENS, OAUTH, access.invalid_client,
          settings={"status": one_of("Status", 401, 400)}),
    Fault(5, "token-fails", "No tokens: a server error", Group.TOKENS, OAUTH, answers.fails_before,
          settings={"status": STATUS}),
    Fault(5, "token-fails-after", "Tokens are rotated, and Zoom says that it failed", Group.TOKENS, OAUTH,
          answers.fails_after, settings={"status": STATUS}),
    Fault(5, "token-html", "No tokens: a page of HTML", Group.TOKENS, OAUTH, answers.html_page,
          settings={"status": one_of("Status", 502, 503, 504, 200)}),
    Fault(5, "token-slow", "Tokens take long", Group.TOKENS, OAUTH, answers.slow, settings={"seconds": SECONDS}),
    Fault(6, "no-new-refresh-token", "A new access token, but no new refresh token", Group.TOKENS, (REFRESH,),
          access.no_new_refresh_token),
    Fault(7, "scope-missing", "A permission is missing", Group.TOKENS, TOKEN, access.scope_missing,
          settings={"scope": text("Scope", "meeting:write:meeting")}),
    Fault(7, "scope-extra", "A permission more than was asked for", Group.TOKENS, TOKEN, access.scope_extra,
          settings={"scope": text("Scope", "recording:read:recording")}),
    Fault(7, "scope-reordered", "The permissions come in another order", Group.TOKENS, TOKEN, access.scope_reordered),
    Fault(22, "token-dies-early", "The access token dies early", Group.TOKENS, TOKEN, access.dies_early,
          settings={"seconds": number("Seconds", 0, 10, 60, 600, high=3599)}),
    Fault(22, "token-dies-now", "The access token dies in the middle of a call", Group.TOKENS, REST, access.dies_now),
)  # fmt: skip

CONNECTING = (
    Fault(8, "callback-without-state", "The person comes back without the app's mark", Group.CONNECTING, (ALLOW,),
          callback.without_state),
    Fault(8, "callback-wrong-state", "The person comes back with another mark", Group.CONNECTING, (ALLOW,),
          callback.wrong_state),
    Fault(8, "callback-code-replayed", "The person comes back with a code that was used before", Group.CONNECTING,
          (ALLOW,), callback.replayed_code),
    Fault(8, "callback-denied", "Allow counts as Decline", Group.CONNECTING, (ALLOW,), callback.denied),
    Fault(8, "callback-never", "The person never comes back", Group.CONNECTING, (ALLOW,), callback.never_returns),
    Fault(9, "me-unknown", "Zoom does not know the user", Group.CONNECTING, (ME,), answers.user_unknown),
    Fault(9, "me-refused", "Zoom does not say who the user is", Group.CONNECTING, (ME,), answers.user_refused),
    Fault(9, "me-slow", "Zoom takes long to say who the user is", Group.CONNECTING, (ME,), answers.slow,
          settings={"seconds": SECONDS}),
    Fault(9, "me-without-email", "The user has no e-mail address", Group.CONNECTING, (ME,), without("email"),
          settings={"as": one_of("Address", "absent", "null", "empty")}),
    Fault(9, "me-without-timezone", "The user has no time zone", Group.CONNECTING, (ME,), without("timezone"),
          settings={"as": one_of("Zone", "absent", "null", "empty")}),
)  # fmt: skip

EVENTS = (
    Fault(23, "webhook-bad-signature", "With a wrong signature", Group.EVENTS, (REMOVAL,), bend=events.bad_signature),
    Fault(23, "webhook-stale", "With an old timestamp", Group.EVENTS, (REMOVAL,), bend=events.stale,
          settings={"minutes": number("Minutes", 60, 6, 1440, high=10080)}),
    Fault(23, "webhook-reordered-keys", "With its keys in another order", Group.EVENTS, (REMOVAL,),
          bend=events.reordered),
    Fault(23, "webhook-whitespace", "With spaces and line breaks", Group.EVENTS, (REMOVAL,), bend=events.spaced),
    Fault(23, "webhook-utf8", "With characters outside ASCII", Group.EVENTS, (REMOVAL,), bend=events.utf8),
    Fault(23, "webhook-duplicate", "More than once", Group.EVENTS, (REMOVAL,), bend=events.duplicate,
          settings={"copies": one_of("Times", 2, 3, 5)}),
    Fault(23, "webhook-out-of-order", "Only after the next event", Group.EVENTS, (REMOVAL,),
          bend=events.out_of_order),
    Fault(23, "webhook-late", "85 minutes late", Group.EVENTS, (REMOVAL,), bend=events.late,
          settings={"timestamp": one_of("Timestamp", "old", "new"), "minutes": number("Minutes", 85, high=10080)}),
    Fault(23, "webhook-early", "Before the app has finished connecting: the app was removed at once", Group.EVENTS,
          (EXCHANGE,), callback.removed_before_return, settings={"seconds": number("Seconds", 1, high=60)}),
    Fault(23, "webhook-unknown-user", "About a user whom nobody knows", Group.EVENTS, (REMOVAL,),
          bend=events.unknown_user),
    Fault(23, "webhook-two-accounts", "Once for each of two accounts", Group.EVENTS, (REMOVAL,),
          bend=events.two_accounts),
    Fault(23, "webhook-retention", "With the old field about keeping data, or without it", Group.EVENTS, (REMOVAL,),
          bend=events.retention, settings={"value": one_of("Value", "true", "false", None)}),
    Fault(23, "webhook-older-authorization", "About an authorization that was replaced since", Group.EVENTS,
          (REMOVAL,), bend=events.older_authorization, settings={"minutes": number("Minutes", 60, high=10080)}),
    Fault(24, "validation-refused", "The webhook address cannot prove itself", Group.EVENTS, (VALIDATION,),
          bend=events.proof_refused),
    Fault(24, "validation-bad-signature", "The webhook address is checked with a wrong signature", Group.EVENTS,
          (VALIDATION,), bend=events.bad_signature),
)  # fmt: skip

APP = (
    Fault(25, "clock-skew", "Zoom's clock is ten minutes off", Group.APP, (*REST, *OAUTH, REMOVAL, VALIDATION),
          access.clock_skew, events.skewed,
          {"seconds": number("Seconds", 600, -600, low=-86400, high=86400)}),
    Fault(27, "app-disabled", "Zoom has disabled the app", Group.APP, (*OAUTH, *REST, ALLOW),
          access.disabled("invalid_client", "The app has been disabled (4717)")),
    Fault(27, "admin-disabled", "The administrator of the account has disabled the app", Group.APP,
          (*OAUTH, *REST, ALLOW), access.disabled("invalid_grant", "The app has been disabled by the admin (4738)")),
)  # fmt: skip


def _seconds(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 90 * 86400


FAULTS = (*MAKING, *CALLS, *LIMITS, *REFUSALS, *TOKENS, *CONNECTING, *EVENTS, *APP)
NAMED = {fault.name: fault for fault in FAULTS}


def found(name: object) -> Fault:
    """Return the fault with this name, or the first one with this number. ValueError: there is none."""
    if isinstance(name, str) and name in NAMED:
        return NAMED[name]
    if isinstance(name, int) and not isinstance(name, bool):
        for fault in FAULTS:
            if fault.number == name:
                return fault
    raise ValueError(f"no fault {name!r}")
