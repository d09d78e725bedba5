"""In the demo a person breaks Zoom from the tour on, books, and watches the booking get its link all the same."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import expect

from sivient.demo.stage import Stage
from tests.browser.conftest import OpenPage
from tests.browser.test_journey import WAIT, book, sign_in
from tests.demoed import demoed

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]


@pytest.fixture
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The demo, fresh."""
    with demoed(tmp_path_factory.mktemp("break-zoom")) as demo:
        yield demo.stage


def test_an_answer_is_lost_and_the_link_arrives_all_the_same(open_page: OpenPage, stage: Stage) -> None:
    host = open_page()
    sign_in(host, stage)
    host.goto(f"{stage.web}/settings/integrations")
    host.get_by_role("button", name="Connect Zoom").click()
    host.get_by_role("button", name=re.compile("Mara Lindqvist")).click()
    host.get_by_role("button", name="Allow").click()
    host.wait_for_url(f"{stage.web}/settings/integrations**")

    host.goto(f"{stage.web}/tour")
    host.get_by_role("link", name="Break Zoom").click()
    row = host.get_by_role("listitem").filter(has_text="The meeting is made, and the answer is lost")
    row.get_by_role("button", name="Switch on").click()
    expect(host.get_by_role("heading", name="On now")).to_be_visible()

    guest = open_page(timezone="Asia/Tokyo")
    book(guest, stage)
    link = guest.get_by_role("link", name="Join Zoom meeting")
    expect(link).to_be_visible(timeout=3 * WAIT)

    host.goto(f"{stage.zoom}/break")
    expect(host.get_by_role("cell", name=re.compile(r"Meeting \d+ created, answer lost"))).to_be_visible()
    lost, kept = (meeting["join_url"] for meeting in httpx.get(f"{stage.zoom}/__ctl/state").json()["meetings"])
    assert link.get_attribute("href") == kept != lost
    host.get_by_role("link", name="Watch Sivient's bookings").click()
    host.get_by_role("link", name=re.compile("Ada Okafor")).first.click()
    expect(host.locator(".steps")).to_contain_text("Zoom meeting created")
