"""Download my data: everything of the account, and no secret."""

import json
from typing import Any

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model

from sivient.accounts.models import User
from sivient.privacy import erasure, export
from tests.factories import NOW
from tests.privacy.test_canary import our_models, plant

pytestmark = [pytest.mark.django_db, pytest.mark.db]

LISTS: dict[str, tuple[str, ...]] = {
    "User": export.ACCOUNT,
    "Identity": export.IDENTITY,
    "FormerHandle": export.FORMER_HANDLE,
    "Session": export.SESSION,
    "LoginLink": export.LOGIN_LINK,
    "SchedulingPage": export.PAGE,
    "Schedule": export.SCHEDULE,
    "Hours": export.HOURS,
    "DateHours": export.DATE_HOURS,
    "TimeOff": export.TIME_OFF,
    "Travel": export.TRAVEL,
    "EventType": export.EVENT_TYPE,
    "FormerSlug": export.FORMER_SLUG,
    "PrivateLink": export.PRIVATE_LINK,
    "Booking": export.BOOKING,
    "Conference": export.CONFERENCE,
    "ConferenceAttempt": export.ATTEMPT,
    "Hold": export.HOLD,
    "Calendar": export.CALENDAR,
    "BusyTime": export.BUSY_TIME,
    "WrittenEvent": export.EVENT,
    "Channel": export.CHANNEL,
    "BusyStore": (),
    "Connection": export.CONNECTION,
    "Grant": export.GRANT,
    "Work": export.DELIVERY,
    "Entry": export.ENTRY,
    "Timetable": (),
    "OAuthFlow": (),
}
LETS_IN = "lets in whoever has it"
INNER = "a number or switch of ours that says nothing about anybody"
LEFT_OUT = {
    "User": {"id": INNER, "password": INNER, "is_active": INNER},
    "Identity": {"id": INNER, "user": INNER},
    "FormerHandle": {"id": INNER, "user": INNER},
    "Session": {"session_key": LETS_IN, "session_data": LETS_IN, "account": INNER},
    "LoginLink": {"id": INNER, "user": INNER, "digest": LETS_IN},
    "SchedulingPage": {"host": INNER},
    "Timetable": {"host": INNER, "version": INNER, "hours_version": INNER},
    "Schedule": {"host": INNER},
    "Hours": {"id": INNER, "schedule": "the hours stand inside their schedule"},
    "DateHours": {"id": INNER, "schedule": "the hours stand inside their schedule"},
    "TimeOff": {"id": INNER, "host": INNER},
    "Travel": {"id": INNER, "host": INNER},
    "EventType": {"host": INNER},
    "FormerSlug": {"id": INNER, "host": INNER},
    "PrivateLink": {"id": INNER, "token": LETS_IN},
    "Booking": {"host": INNER, "hold": INNER, "token": LETS_IN, "idempotency_key": LETS_IN, "content_digest": INNER},
    "Conference": {"id": INNER, "vendor_user": "a digest of what stands in the permission"},
    "ConferenceAttempt": {"id": INNER},
    "Hold": {"id": INNER, "host": INNER},
    "Calendar": {**dict.fromkeys(("host", "cursor", "round"), INNER), "connection": "its account stands beside it"},
    "BusyTime": dict.fromkeys(("id", "host", "round"), INNER),
    "WrittenEvent": dict.fromkeys(("host", "etag", "writes", "former_connection"), INNER),
    "Channel": {"id": INNER, "secret": LETS_IN},
    "BusyStore": {"host": INNER, "version": INNER},
    "OAuthFlow": {
        **dict.fromkeys(("id", "user", "vendor", "created_at", "returned_at", "account"), INNER),
        **dict.fromkeys(("digest", "session_digest", "verifier"), LETS_IN),
    },
    "Connection": {"id": INNER, "user": INNER, "account": INNER, "grant": "stands inside its connection"},
    "Grant": {
        **dict.fromkeys(("id", "generation", "token_version", "lease_owner", "lease_until"), INNER),
        **dict.fromkeys(("refresh_failures", "refresh_after"), INNER),
        **dict.fromkeys(("access_token", "refresh_token"), LETS_IN),
        "vendor": "stands in the connection",
        "client_id": "names the server's app, not the account",
    },
    "Work": {
        **dict.fromkeys(("id", "payload", "fence", "again", "lease_owner", "lease_until", "lane"), INNER),
        **dict.fromkeys(("lost", "begun", "asked_at", "pulled_at"), INNER),
    },
    "Entry": {"id": INNER, "account": INNER},
}
NOT_OF_AN_ACCOUNT = {"Invitation", "Revocation", "WebhookEvent"}


def columns(model: type[Model]) -> set[str]:
    """The names of a model's columns, as the lists name them."""
    return {field.name for field in model._meta.concrete_fields}


def text(document: dict[str, Any]) -> str:
    """The file that is downloaded."""
    return json.dumps(document, cls=DjangoJSONEncoder)


def test_every_column_is_exported_or_has_a_reason_not_to_be() -> None:
    for model in our_models():
        if model.__name__ in NOT_OF_AN_ACCOUNT:
            continue
        exported = {model._meta.get_field(name).name for name in LISTS[model.__name__]}
        left_out = set(LEFT_OUT.get(model.__name__, {}))
        assert exported | left_out == columns(model), model.__name__
        assert not exported & left_out, model.__name__


def test_whatever_is_erased_with_an_account_can_be_taken_along_before() -> None:
    assert {step.model.__name__ for step in erasure.STEPS} <= set(LISTS)


def test_every_word_of_an_exported_column_is_in_the_file_and_no_other(account: User) -> None:
    planted = plant(account)
    document = text(export.export(account, now=NOW))
    expected = {f"{model}.{name}" for model, names in LISTS.items() for name in names}
    assert {name for name, canary in planted.items() if canary in document} == expected & set(planted)


def test_nothing_of_another_account_is_in_the_file(account: User, bystander: User) -> None:
    document = export.export(account, now=NOW)
    assert [row["guest_email"] for row in document["bookings"]] == ["ada@guest.example"]
    assert document["account"]["handle"] == account.handle
    assert bystander.handle not in text(document)
    assert bystander.email not in text(document)


def test_the_log_says_that_data_was_exported(account: User) -> None:
    assert export.export(account, now=NOW)["log"][-1]["event"] == "data exported"
