"""The tour leads to the page where a person breaks the emulated Zoom."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import include, path

from sivient.config.urls import urlpatterns
from sivient.demo.stage import Stage

pytestmark = [pytest.mark.django_db, pytest.mark.db]
NOBODY = "http://127.0.0.1:9"


def tour(folder: Path, settings: Any, zoom: str) -> str:
    """Return the tour of a demo with this Zoom."""
    Stage(str(folder), NOBODY, zoom, NOBODY, NOBODY, NOBODY, 0).save()
    settings.DEMO_DIR = str(folder)
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "sivient.demo"]
    settings.ROOT_URLCONF = (*urlpatterns, path("", include("sivient.demo.urls")))
    return Client().get("/tour").content.decode()


def test_the_tour_leads_to_the_page_and_to_the_bookings(tmp_path: Path, settings: Any) -> None:
    page = tour(tmp_path, settings, NOBODY)
    assert f'href="{NOBODY}/break"' in page
    assert 'href="/bookings"' in page


def test_without_an_emulated_zoom_there_is_nothing_to_break(tmp_path: Path, settings: Any) -> None:
    assert "/break" not in tour(tmp_path, settings, "")
