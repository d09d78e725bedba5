"""Push channels at Google, and what comes through them."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from sivient.ports.calendars import Notice, NoticeKind, Pushed, Watch
from sivient.ports.errors import OutcomeUnknown, Rejected, TryLater
from sivient.vendors.google.push import GoogleInbox
from tests.vendors.google.adapted import ME, Google, calendars, refusal, said

ADDRESS = "https://book.example/webhooks/calendars/google"
OPENED = {"kind": "api#channel", "id": "new", "resourceId": "r-1", "expiration": "2239178400000"}
OLD = Watch("old", "r-0", datetime(2040, 12, 1, tzinfo=UTC))


def watch(google: Google) -> Watch:
    with calendars(google) as it:
        return it.watch(ME, channel="new", secret="s-1", address=ADDRESS)


def test_a_channel_is_opened_under_our_name_with_our_secret() -> None:
    google = Google(said(OPENED))
    assert watch(google) == Watch("new", "r-1", datetime(2040, 12, 15, 10, tzinfo=UTC))
    assert google.bodies == [{"id": "new", "type": "web_hook", "address": ADDRESS, "token": "s-1"}]


@pytest.mark.parametrize("end", [None, "soon", "9" * 40, [], -(10**30)])
def test_a_channel_whose_end_is_not_said_counts_for_a_day(end: object) -> None:
    left = watch(Google(said(OPENED | {"expiration": end}))).expires_at - datetime.now(UTC)
    assert timedelta(hours=23) < left <= timedelta(days=1)


def test_a_channel_without_a_resource_could_not_be_ended() -> None:
    with pytest.raises(OutcomeUnknown):
        watch(Google(said({"id": "new"})))


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, "push.webhookUrlNotHttps"),
        (401, "push.webhookUrlUnauthorized"),
        (400, "pushNotSupportedForRequestedResource"),
        (400, "channelIdNotUnique"),
    ],
)
def test_a_refused_channel_is_no_trouble_with_the_permission(status: int, reason: str) -> None:
    with pytest.raises(Rejected):
        watch(Google(refusal(status, reason)))


def renew(google: Google) -> Watch:
    with calendars(google) as it:
        return it.renew(ME, OLD, channel="new", secret="s-1", address=ADDRESS)


def test_the_new_channel_is_there_before_the_old_one_ends() -> None:
    google = Google(said(OPENED), httpx.Response(204))
    assert renew(google).channel == "new"
    assert [request.url.path.rpartition("/")[2] for request in google.requests] == ["watch", "stop"]
    assert google.bodies[1] == {"id": "old", "resourceId": "r-0"}


def test_an_old_channel_that_does_not_end_costs_nothing_and_without_a_new_one_it_stays() -> None:
    assert renew(Google(said(OPENED), refusal(503, "backendError"))).channel == "new"
    google = Google(refusal(503, "backendError"))
    with pytest.raises(TryLater):
        renew(google)
    assert len(google.requests) == 1


def test_a_channel_that_is_gone_is_ended() -> None:
    google = Google(httpx.Response(204), refusal(404, "notFound"), refusal(503, "backendError"))
    with calendars(google) as it:
        it.unwatch(OLD)
        it.unwatch(OLD)
        with pytest.raises(TryLater):
            it.unwatch(OLD)


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("sync", NoticeKind.HELLO),
        ("exists", NoticeKind.CHANGED),
        ("not_exists", NoticeKind.CHANGED),
        ("news", NoticeKind.CHANGED),
        (None, NoticeKind.CHANGED),
    ],
)
def test_a_push_says_which_channel_and_little_more(state: str | None, kind: NoticeKind) -> None:
    headers = {"X-Goog-Channel-ID": "c-1", "X-Goog-Channel-Token": "s-1", "X-Goog-Message-Number": "7"}
    said = headers | ({"X-Goog-Resource-State": state} if state else {})
    for each in (said, {name.lower(): value for name, value in said.items()}):
        assert GoogleInbox().read(each, {}, b"") == Pushed((Notice("c-1", "s-1", kind),))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Goog-Channel-Token": "s"},
        {"X-Goog-Channel-ID": "c" * 65},
        {"X-Goog-Channel-ID": "c", "X-Goog-Channel-Token": "s" * 300},
    ],
)
def test_what_names_no_channel_says_nothing(headers: dict[str, str]) -> None:
    assert GoogleInbox().read(headers, {"validationToken": "x"}, b"{" * 1000) == Pushed()


def test_google_is_told_that_it_was_heard() -> None:
    assert GoogleInbox.status in (200, 201, 202, 204)
