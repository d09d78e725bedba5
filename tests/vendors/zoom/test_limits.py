"""Zoom's 429 (contract chapters 5 and 6): a moment, this user's day, or the whole account's day, told by its words."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from sivient.ports.errors import IntegrationError, Paused, Throttled, TryLater
from sivient.ports.http import Answer
from sivient.vendors.zoom.errors import judge
from tests.vendors.zoom.adapted import refusal

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 25, tzinfo=UTC)
PER_SECOND = "You have reached the maximum per-second rate limit for this API. Try again later."
TOGETHER = "Too many concurrent requests. A request to disassociate this user has already been made."
DAILY = (
    "You have reached the maximum daily rate limit for this API. Refer to the response header for details on when "
    "you can make another request."
)
CAP = (
    "You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted for this "
    "particular user. You may resume these requests at GMT 00:00:00."
)


def told(message: str, *, code: int = 429, at: datetime = NOW, **headers: str) -> IntegrationError:
    answer = refusal(429, code, message)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return judge(Answer(429, named, answer.content, at))


def paused(message: str, **more: str) -> tuple[datetime, bool]:
    error = told(message, **more)
    assert isinstance(error, Paused)
    return error.until, error.shared


@pytest.mark.parametrize("message", [PER_SECOND, TOGETHER, "new words"])
@pytest.mark.parametrize("code", [429, 4001])
def test_too_many_at_a_time_waits_a_moment(message: str, code: int) -> None:
    error = told(message, code=code)
    assert isinstance(error, Throttled)
    assert error.after == timedelta(seconds=2)


@pytest.mark.parametrize(("header", "seconds"), [("1", 1), ("20", 20), ("2026-11-24T09:30:05Z", 5), ("600", 2)])
def test_a_moment_is_what_the_header_says_if_that_is_short(header: str, seconds: int) -> None:
    error = told(PER_SECOND, retry_after=header)
    assert isinstance(error, Throttled)
    assert error.after == timedelta(seconds=seconds)


def test_the_hundred_of_a_user_pause_that_user_until_midnight_utc() -> None:
    assert paused(CAP) == (MIDNIGHT, False)


def test_the_day_of_an_account_pauses_all_of_it_until_midnight_utc() -> None:
    assert paused(DAILY) == (MIDNIGHT, True)
    assert paused("Rate limit reached.", x_ratelimit_type="Daily-limit") == (MIDNIGHT, True)


def test_the_two_daily_limits_are_told_in_different_words() -> None:
    assert str(told(CAP)) != str(told(DAILY))
    assert "100" in str(told(CAP))
    assert "whole Zoom account" in str(told(DAILY))


@pytest.mark.parametrize("header", ["1", "5400", "999999", "2026-11-24T11:00:00Z"])
def test_the_hundred_of_a_user_begin_anew_at_midnight_whatever_the_header_says(header: str) -> None:
    assert paused(CAP, retry_after=header) == (MIDNIGHT, False)


@pytest.mark.parametrize(
    "header", ["5400", "2026-11-24T11:00:00Z", "2026-11-24T12:00:00+01:00", "2026-11-24T11:00:00", "{http}"]
)
def test_retry_after_may_be_seconds_an_iso_date_or_an_http_date(header: str) -> None:
    eleven = NOW + timedelta(minutes=90)
    until, _ = paused(DAILY, retry_after=header.format(http=format_datetime(eleven, usegmt=True)))
    assert until == eleven


@pytest.mark.parametrize("header", ["soon", "-5", "²", "", "Mon, 01 Jan 2024 00:00:00 +99999999999999999999"])
def test_a_retry_after_that_says_nothing_leaves_midnight(header: str) -> None:
    assert paused(DAILY, retry_after=header) == (MIDNIGHT, True)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("2020-01-01T00:00:00Z", timedelta(seconds=1)),
        ("0", timedelta(seconds=1)),
        ("9" * 400, timedelta(days=1)),
        ("2999-01-01T00:00:00Z", timedelta(days=1)),
    ],
)
def test_a_strange_retry_after_is_bounded(header: str, wait: timedelta) -> None:
    assert paused(DAILY, retry_after=header)[0] == NOW + wait


def test_an_unknown_limit_with_a_long_wait_waits_so_long() -> None:
    error = told("new words", retry_after="3600")
    assert type(error) is TryLater
    assert error.after == timedelta(hours=1)


def test_midnight_is_zooms_when_our_clock_is_wrong() -> None:
    before_midnight = datetime(2026, 11, 24, 23, 55, tzinfo=UTC)
    ours = before_midnight + timedelta(minutes=10)  # on the next day already
    error = told(CAP, at=ours, date=format_datetime(before_midnight, usegmt=True))
    assert isinstance(error, Paused)
    assert error.until == MIDNIGHT


def test_a_limit_without_a_readable_body_waits_a_moment() -> None:
    for body in (b"", b"<html>429</html>", b"\xff"):
        error = judge(Answer(429, {}, body, NOW))
        assert isinstance(error, Throttled)
