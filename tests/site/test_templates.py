"""What the templates of all rooms keep to, and the tags they use."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.template.exceptions import TemplateDoesNotExist
from django.template.loader import get_template

import sivient
from sivient.site.templatetags.site import icon, initials

ROOT = Path(sivient.__file__).parent
ICONS = ROOT / "site/templates/site/icons"
ROOMS = [Path(room.path) for room in apps.get_app_configs() if Path(room.path).is_relative_to(ROOT)]
TEMPLATES = sorted(path for room in ROOMS for path in room.glob("templates/**/*.html"))


def is_mail(path: Path) -> bool:
    """Mails and their parts have a twin in text, but not their frames. All bring their style: nothing else is read."""
    return path.with_suffix(".txt").exists() or path.name in ("mail.html", "account_mail.html")


PAGES = [path for path in TEMPLATES if not is_mail(path)]


def used_icons() -> set[str]:
    """The icons that templates name, and those that a list in the code does."""
    named = {name for path in PAGES for name in re.findall(r'{% icon "([\w-]+)"', path.read_text())}
    words = {word for path in ROOT.rglob("*.py") for word in re.findall(r'"([a-z0-9-]+)"', path.read_text())}
    return named | (words & {path.stem for path in ICONS.glob("*.svg")})


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_brings_no_style_and_no_handler_of_its_own(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"<[^>]*\s(?:style|on\w+)\s*=", text)
    assert not re.search(r"<style\b", text)
    assert "|safe" not in text


def test_an_icon_is_an_svg_that_screen_readers_pass_over() -> None:
    assert re.fullmatch(r'<svg class="i" viewBox="0 0 24 24" aria-hidden="true">.*</svg>', icon("check"))


def test_an_icon_that_is_not_there_is_an_error() -> None:
    with pytest.raises(TemplateDoesNotExist):
        icon("no-such-icon")


def test_every_icon_is_used_and_every_used_one_is_there() -> None:
    assert used_icons() == {path.stem for path in ICONS.glob("*.svg")}


def test_icons_and_font_have_their_licences_beside_them() -> None:
    assert "ISC License" in (ICONS / "LICENSE.txt").read_text()
    assert "SIL Open Font License" in (ROOT / "site/static/site/display.LICENSE.txt").read_text()


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Mara Lindqvist", "ML"),
        ("Jo", "J"),
        ("ana maria de la cruz", "AC"),
        ("", "?"),
        ("🦊 (fox)", "?"),
        ("李小龙", "李"),
    ],
)
def test_initials_are_one_or_two_letters(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_every_page_can_be_read_by_the_engine() -> None:
    for path in TEMPLATES:
        get_template(str(path).split("/templates/")[1])
