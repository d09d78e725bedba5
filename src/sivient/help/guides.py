"""The guides: `help/pages/*.md` and `vendors/*/help.md`, turned into HTML of our own.

The text is ours, so its HTML is trusted; HTML inside the text is switched off all the same.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from django.conf import settings
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token

from sivient.integrations import registry

ROOT = Path(__file__).resolve().parent
PREREQUISITES = "{{ prerequisites }}"  # a line of its own: where the reader's own state stands
_ANCHOR = re.compile(r"\s*\{#([a-z0-9-]+)\}$")
_LEFT_OVER = re.compile(r"\{\{ *\w+ *\}\}")
_markdown = MarkdownIt("commonmark", {"html": False})


class NoGuide(Exception):
    """There is no guide of this name."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A section of a guide, for its table of contents."""

    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Guide:
    """A guide ready to be shown. Between two parts stands the table of the reader's own state."""

    slug: str
    title: str
    summary: str
    headings: tuple[Heading, ...]
    parts: tuple[SafeString, ...]


def guides() -> list[Guide]:
    """Return every guide, those of the vendors first."""
    return [guide(slug) for slug in _files()]


def guide(slug: str) -> Guide:
    """Return one guide, or raise NoGuide."""
    try:
        file = _files()[slug]
    except KeyError:
        raise NoGuide(slug) from None
    text = file.read_text(encoding="utf-8")
    return _render(slug, _filled(text, _values(slug)))


def _files() -> dict[str, Path]:
    vendors = {key: ROOT.parent / "vendors" / key / "help.md" for key in registry.PROVIDERS}
    return vendors | {file.stem: file for file in sorted((ROOT / "pages").glob("*.md"))}


def _values(slug: str) -> Mapping[str, str]:
    values = {
        "base_url": settings.BASE_URL,
        "support_email": f"<{settings.SUPPORT_EMAIL}>" if settings.SUPPORT_EMAIL else "the operator of this server",
    }
    if slug in registry.PROVIDERS:
        values["redirect_uri"] = registry.redirect_uri(slug)
        values["webhook_uri"] = registry.webhook_uri(slug)
        values["removal_page"] = registry.provider(slug).removal_page(registry.app(slug))
    return values


def _filled(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{{ {name} }}}}", value)
    left_over = set(_LEFT_OVER.findall(text)) - {PREREQUISITES}
    if left_over:
        raise ValueError(f"a guide asks for {', '.join(sorted(left_over))}")
    return text


@lru_cache(maxsize=64)
def _render(slug: str, text: str) -> Guide:
    tokens = _markdown.parse(text)
    title, summary, body = tokens[1].content, tokens[4].content, tokens[3:]
    headings = tuple(_anchor(body))
    parts = tuple(SafeString(_markdown.renderer.render(part, _markdown.options, {})) for part in _split(body))
    return Guide(slug, title, summary, headings, parts)


def _anchor(tokens: Sequence[Token]) -> Iterator[Heading]:
    """Give each heading the id that stands behind it as `{#id}`; return those of the sections."""
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open":
            continue
        last = (inline.children or [inline])[-1]
        found = _ANCHOR.search(last.content)
        if found is None:
            raise ValueError(f"a heading of a guide has no anchor: {inline.content}")
        last.content = last.content[: found.start()]
        opening.attrSet("id", found[1])
        if opening.tag == "h2":
            yield Heading(found[1], _ANCHOR.sub("", inline.content))


def _split(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Cut at the paragraph that only says PREREQUISITES, which is three tokens: open, inline, close."""
    part: list[Token] = []
    for number, token in enumerate(tokens):
        around = tokens[max(0, number - 1) : number + 2]
        if token.type == "inline" and token.content == PREREQUISITES:
            yield part
            part = []
        elif not any(each.type == "inline" and each.content == PREREQUISITES for each in around):
            part.append(token)
    yield part
