"""The guides are ours, whole, and every error that points into one finds its entry."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from sivient.accounts.models import Plan, User
from sivient.booking.steps import CONFERENCE, step_key
from sivient.console import calendars_words, integrations_words
from sivient.help import guides as room
from sivient.help.guides import guide, guides
from sivient.integrations.flow import Outcome
from sivient.integrations.models import Grant
from sivient.jobs.models import Work
from sivient.vendors import zoom
from tests.factories import connect_zoom, make_booking, make_event_type, make_host

SOURCE = Path(__file__).parents[2] / "src/sivient"
SECTIONS = ("Adding the app", "Permissions", "Usage", "Removing", "Troubleshooting", "Contact")


def html(slug: str = "zoom") -> str:
    return "".join(guide(slug).parts)


def anchors(slug: str = "zoom") -> set[str]:
    return set(re.findall(r'id="([a-z0-9-]+)"', html(slug)))


def pointed_at() -> set[str]:
    """Every place in the Zoom guide that a page, a mail or a note of the product points to."""
    words = {notice.anchor for notice in integrations_words._NOTICES.values()}
    notes = {note.anchor for kind in (1, 2, 4, 99, None) for note in zoom.notes(kind, "active")}
    return (words | notes | _links(about_calendars=False)) - {""}


def calendars_pointed_at() -> set[str]:
    """Every place in the guide to calendars that a page or a mail points to."""
    ends = (*Outcome, *calendars_words.GOOD)
    words = {notice.anchor for said in ends if (notice := calendars_words.notice(said, "google", "Google Calendar"))}
    mails = set(re.findall(r'"anchor": "([a-z-]+)"', (SOURCE / "delivery/connection_mails.py").read_text("utf-8")))
    return (words | mails | _links(about_calendars=True)) - {""}


def _links(*, about_calendars: bool) -> set[str]:
    files = [file for end in ("html", "txt", "py") for file in SOURCE.rglob(f"*.{end}")]
    texts = [file.read_text("utf-8") for file in files if ("calendar" in file.name) is about_calendars]
    return {
        anchor
        for text in texts
        for line in text.splitlines()
        if ("guide" in line or "docs-page" in line) and "availability" not in line
        for anchor in re.findall(r"""(?:\}\}|%\}|")#([a-z-]+)["'\s]""", line)
    }


def test_the_zoom_guide_has_every_section() -> None:
    titles = [heading.text for heading in guide("zoom").headings]
    assert [title for title in titles if title in SECTIONS] == list(SECTIONS)


def test_every_anchor_that_the_product_points_to_exists() -> None:
    found = pointed_at()
    assert {"reconnecting", "no-link", "option-missing", "still-not-connected", "cannot-install"} <= found
    assert found <= anchors()


def test_the_mail_about_clocks_points_into_the_page_about_availability() -> None:
    mail = (SOURCE / "delivery/clock_mails.py").read_text("utf-8")
    (anchor,) = re.findall(r'args=\["availability"\]\) \+ "#([a-z-]+)"', mail)
    assert anchor in anchors("availability")


def test_every_anchor_of_the_guide_to_calendars_that_the_product_points_to_exists() -> None:
    found = calendars_pointed_at()
    assert {"reconnecting", "not-read", "skipped", "missing-permission", "invites", "accounts"} <= found
    assert found <= anchors("calendars")


def test_links_inside_a_guide_lead_somewhere() -> None:
    for each in guides():
        inside = set(re.findall(r'href="#([a-z0-9-]+)"', "".join(each.parts)))
        assert inside <= anchors(each.slug)


def troubleshooting() -> dict[str, str]:
    """The titles of the troubleshooting by their anchors."""
    text = (SOURCE / "vendors/zoom/help.md").read_text("utf-8")
    trouble = text.partition("## Troubleshooting")[2].partition("\n## ")[0]
    return {anchor: title for title, anchor in re.findall(r"^### (.*) \{#([a-z-]+)\}$", trouble, re.MULTILINE)}


def test_every_entry_of_the_troubleshooting_is_reached_from_somewhere() -> None:
    assert set(troubleshooting()) <= pointed_at()


def test_what_every_entry_of_the_troubleshooting_explains_is_caused_in_a_browser() -> None:
    browser = Path(__file__).parents[1] / "browser"
    caused = "".join((browser / name).read_text("utf-8") for name in ("test_integrations.py", "test_turned_off.py"))
    assert [title for title in troubleshooting().values() if f'"{title}"' not in caused] == []


def test_the_permissions_are_named_with_zooms_own_labels() -> None:
    words = html()
    for needed in (
        "View and manage your meetings",
        "View your user information",
        "meeting:write:meeting",
        "user:read:user",
    ):
        assert needed in words


def test_html_in_a_guide_is_text() -> None:
    shown = room._render("x", "# T\n\nHello <script>alert(1)</script>\n\n## S {#s}\n\n<b>bold</b>")
    assert "<script>" not in "".join(shown.parts)
    assert "<b>" not in "".join(shown.parts)
    assert shown.headings == (room.Heading("s", "S"),)


def test_a_heading_without_an_anchor_or_an_unknown_placeholder_is_an_error_of_ours() -> None:
    with pytest.raises(ValueError, match="no anchor"):
        room._render("x", "# T\n\nHello\n\n## Section")
    with pytest.raises(ValueError, match="support_phone"):
        room._filled("{{ support_phone }}", {})


@pytest.mark.django_db
class TestPages:
    def test_the_guide_is_there_for_everybody(self, client: Client) -> None:
        page = client.get("/docs/zoom").content.decode()
        assert "Adding the app" in page
        assert "support@sivient.example" in page
        assert "one business day" in page
        assert "Sign in to see" in page
        assert "{{" not in page

    def test_without_a_support_address_the_operator_is_named(self, client: Client, settings: Any) -> None:
        settings.SUPPORT_EMAIL = ""
        assert "Write to the operator of this server." in client.get("/docs/zoom").content.decode()

    def test_the_index_lists_every_guide(self, client: Client) -> None:
        page = client.get("/docs/").content.decode()
        for each in guides():
            assert f'href="/docs/{each.slug}"' in page
        assert client.get("/docs")["Location"] == "/docs/"

    @pytest.mark.parametrize("slug", [each.slug for each in guides()])
    def test_every_guide_is_shown_signed_in_and_out(self, slug: str, client: Client) -> None:
        assert client.get(f"/docs/{slug}").status_code == 200
        client.force_login(make_host())
        assert client.get(f"/docs/{slug}").status_code == 200

    @pytest.mark.parametrize("slug", ["nothing", "help", "zoom.md"])
    def test_an_unknown_guide_is_404(self, slug: str, client: Client) -> None:
        assert client.get(f"/docs/{slug}").status_code == 404

    def test_the_table_shows_the_readers_own_state(self, client: Client) -> None:
        host = make_host(platform="")
        client.force_login(host)
        assert states(client) == [
            "Pro",
            "Not connected",
            "Not chosen",
            "Not published",
            "Not known until it is connected",
        ]
        connect_zoom(host, user_type=2)
        host.page.platform = "zoom"
        host.page.save()
        assert states(client) == ["Pro", "Connected", "Zoom", "Published", "Yes, when you connected"]
        booking = make_booking(make_event_type(host, platform="zoom"))
        Work.objects.filter(kind=CONFERENCE, key=step_key(booking)).update(state="failed", trouble="rejected")
        assert states(client)[4] == "A meeting was refused. The booking's page says why"
        Grant.objects.update(state="needs_reconnect", state_since=timezone.now())
        assert states(client)[1] == "Reconnect needed"
        User.objects.update(plan=Plan.FREE)
        assert states(client)[0] == "Free"
        assert states(client)[3] == "Not published"


def states(client: Client) -> list[str]:
    page = client.get("/docs/zoom").content.decode()
    table = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [unescape(state) for state in re.findall(r"<a [^>]*>([^<]*)</a>", table)]
