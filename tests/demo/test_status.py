"""The tour leads to what the operator sees, with its password."""

from pathlib import Path
from typing import Any

import pytest

from sivient.config.env import Env
from sivient.demo.stage import STATUS_TOKEN
from tests.demo.test_break_zoom import NOBODY, tour

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def test_the_tour_names_the_password_of_the_status_page(tmp_path: Path, settings: Any) -> None:
    assert Env({"SIVIENT_STATUS_TOKEN": STATUS_TOKEN}).status_token() == STATUS_TOKEN
    settings.STATUS_TOKEN = STATUS_TOKEN
    page = tour(tmp_path, settings, NOBODY)
    assert 'href="/status"' in page
    assert STATUS_TOKEN in page
