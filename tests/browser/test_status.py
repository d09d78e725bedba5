"""/status in a browser: the browser asks for the token, and the page is accessible and fits a phone."""

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.axe import violations
from tests.browser.conftest import DESKTOP, OpenPage, Problems
from tests.served import served

TOKEN = "status-token-0123456789"
PHONE, SMALLEST = (390, 844), (320, 700)
TROUBLE = """
import django
from sivient.config.env import name_settings_module
name_settings_module()
django.setup()
from datetime import timedelta
from django.utils import timezone
from sivient.integrations.models import WebhookHealth
from sivient.jobs.models import Work
from sivient.jobs.queue import enqueue
from sivient.ops.models import Alarm
now = timezone.now()
sentence = "Zoom does not accept this server's client id and secret, or has disabled its app."
Alarm.objects.create(key="zoom:client", sentence=sentence, first_at=now - timedelta(hours=30), last_at=now, times=12)
WebhookHealth.objects.create(vendor="zoom", last_event_at=now, last_validation_at=now, last_refused_at=now, refused=4)
enqueue("delivery.conference", key="booking:7:1", run_at=now - timedelta(minutes=5))
work = enqueue("delivery.invite", key="booking:7:1")
Work.objects.filter(pk=work.pk).update(state="parked", trouble="broke_off")
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page of a server on which a good deal is wrong, and no worker runs."""
    folder = tmp_path_factory.mktemp("status")
    with served(folder, arguments=("--worker-threads", "0"), SIVIENT_STATUS_TOKEN=TOKEN) as running:
        subprocess.run([sys.executable, "-c", TROUBLE], env=dict(running.environment), check=True)
        yield f"{running.url}/status"


@pytest.mark.parametrize(("screen", "theme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_the_page_is_accessible_and_fits(
    open_page: OpenPage, address: str, screenshot: Callable[[Page, str], None], screen: tuple[int, int], theme: str
) -> None:
    page = open_page(screen=screen, theme=theme, http_credentials={"username": "", "password": TOKEN, "send": "always"})
    page.goto(address)
    screenshot(page, f"status-{theme}")
    assert "Something needs you" in page.inner_text("main")
    assert "client id and secret" in page.inner_text(".alert")
    assert violations(page) == []
    page.set_viewport_size({"width": SMALLEST[0], "height": SMALLEST[1]})
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALLEST[0]


def test_a_browser_without_the_token_is_asked_for_it(open_page: OpenPage, address: str, problems: Problems) -> None:
    problems.expect("status of 401")
    page = open_page()
    answer = page.request.get(address)
    assert (answer.status, answer.headers["www-authenticate"][:5]) == (401, "Basic")
