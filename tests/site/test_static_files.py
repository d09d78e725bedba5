"""The files beside the pages: collected as for real use, small, and of the right type."""

import gzip
import json
import re
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.templatetags.static import static
from pytest_django import Settings
from whitenoise.media_types import MediaTypes

from tests.site.test_templates import TEMPLATES


@pytest.fixture
def collected(settings: Settings, tmp_path: Path) -> Path:
    """All static files of all rooms, under their hashed names."""
    backend = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}
    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path


def test_every_file_that_a_template_names_is_there(collected: Path) -> None:
    named = {name for path in TEMPLATES for name in re.findall(r"{% static '([^']+)'", path.read_text())}
    assert {"site/app.css", "site/host.css", "booking/picker.js"} <= named
    for name in named:
        assert (collected / static(name).removeprefix("/static/")).exists()


def test_the_rules_for_prefetching_have_their_own_type(collected: Path) -> None:
    name = static("booking/prefetch.speculationrules")
    types = MediaTypes(extra_types=django_settings.WHITENOISE_MIMETYPES)
    assert types.get_type(name) == "application/speculationrules+json"
    assert json.loads((collected / name.removeprefix("/static/")).read_text())["prefetch"]


@pytest.mark.parametrize(
    ("files", "most"),
    [
        (("booking/picker.js",), 6_000),
        (("booking/booked.js",), 2_000),
        (("site/app.css", "booking/picker.css"), 8_000),
        (("site/app.css", "site/host.css"), 8_000),
        (("site/display.woff2",), 20_000),
        (("site/host.js",), 20_000),
    ],
)
def test_files_stay_within_their_budget(collected: Path, files: tuple[str, ...], most: int) -> None:
    sent = 0
    for name in files:
        whole = (collected / static(name).removeprefix("/static/")).read_bytes()
        sent += min(len(whole), len(gzip.compress(whole, 9)))
    assert sent <= most
