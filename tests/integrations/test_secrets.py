"""Nothing secret of a connection is ever said: not in a log at DEBUG, not on a page, not in a row that others read."""

import dataclasses
import logging
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from sivient.accounts.models import User
from sivient.audit.models import Entry
from sivient.integrations import services
from sivient.integrations.models import Connection, Grant, OAuthFlow
from sivient.jobs.models import Work
from sivient.jobs.worker import run_due
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.delivery.conftest import Post
from tests.integrations.zoom import MARAS_ID, consent, deliver
from tests.vendors.zoom.adapted import MEETING

pytestmark = [pytest.mark.django_db, pytest.mark.db]
PAGE = "/settings/integrations"


def test_the_whole_life_of_a_connection_says_no_secret(
    host: User, zoom: ZoomEmulator, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    browser = Client()
    browser.force_login(host)
    url = browser.post(f"{PAGE}/zoom/connect")["Location"]
    secrets = {parse_qs(urlsplit(url).query)["state"][0], OAuthFlow.objects.get().verifier, "zoom-secret"}
    query = consent(zoom, url)
    said = [browser.get(f"{PAGE}/zoom/callback", query)["Location"]]
    secrets |= {query["code"], *tokens()}
    Grant.objects.update(expires_at=timezone.now())
    make(host)
    secrets |= {*tokens(), *(str(meeting["start_url"]) for meeting in zoom.meetings)}
    said += [browser.get(path).content.decode() for path in (PAGE, f"{PAGE}/zoom/disconnect", "/docs/zoom")]
    zoom.remove_app(MARAS_ID)
    deliver(zoom)
    run_due()
    said += [caplog.text, *(str(mail) for mail in post.all())]
    said += [str(list(table.objects.values())) for table in (Work, Entry, Connection)]
    assert len(secrets) == 9
    assert [secret for secret in secrets if any(secret in each for each in said)] == []


def test_reading_a_grant_does_not_read_its_tokens(host: User, zoom: ZoomEmulator) -> None:
    Grant.objects.create(
        vendor="zoom", client_id="c", vendor_user_id="u", access_token="canary", refresh_token="canary",
        expires_at=timezone.now(), authorized_at=timezone.now(), refreshed_at=timezone.now(),
    )  # fmt: skip
    grant = Grant.objects.get()
    assert {"access_token", "refresh_token"} <= grant.get_deferred_fields()
    assert "canary" not in str(vars(grant)) + repr(grant)


def tokens() -> tuple[str, str]:
    grant = Grant.objects.get()
    return grant.access_token, grant.refresh_token


def make(host: User) -> None:
    start = timezone.now() + timedelta(days=7)
    meeting = dataclasses.replace(MEETING, start=start, end=start + timedelta(minutes=30))
    services.conferencing_for(host, "zoom").create(meeting)
