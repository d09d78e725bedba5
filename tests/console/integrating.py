"""A host's browser on the Integrations page, and on Zoom's pages."""

from html import unescape

from django.test import Client

from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.integrations.zoom import consent

PAGE = "/settings/integrations"


def shown(browser: Client, address: str = PAGE) -> str:
    """Return a page as one line."""
    answer = browser.get(address)
    assert answer.status_code == 200, answer
    return " ".join(unescape(answer.content.decode()).split())


def go_and_return(browser: Client, zoom: ZoomEmulator, **choice: str) -> str:
    """Press Connect Zoom, choose on Zoom's page, come back; return the page."""
    away = browser.post(f"{PAGE}/zoom/connect")
    assert away.status_code == 302
    back = browser.get(f"{PAGE}/zoom/callback", consent(zoom, away["Location"], **choice))
    assert back.status_code == 302, back.content
    return shown(browser, back["Location"])
