"""The guide says what the adapter asks for, and what the console points to."""

import re
from pathlib import Path

import sivient.vendors.google as google
from sivient.vendors.google.scopes import ASKED

GUIDE = Path(str(google.__file__)).with_name("help.md").read_text("utf-8")
ANCHORS = set(re.findall(r"^##+ .* \{#([a-z0-9-]+)\}$", GUIDE, re.MULTILINE))


def test_every_permission_is_named_with_its_reason_and_for_the_operator() -> None:
    hosts, _, operators = GUIDE.partition("{#operators}")
    for scope in (each.rpartition("/")[2] for each in ASKED if "/" in each):
        assert f"`{scope}`" in hosts
        assert f"`.../auth/{scope}`" in operators


def test_both_redirect_addresses_are_there() -> None:
    assert "`{{ redirect_uri }}`" in GUIDE
    assert "`{{ base_url }}/sign-in/google/callback`" in GUIDE


def test_every_trouble_that_a_page_points_to_has_its_entry() -> None:
    assert {
        *("turned-off", "option-missing", "still-not-connected", "cannot-install", "missing-permission", "operator"),
        *("testing-7-days", "unverified-app", "reconnecting", "removing", "does-not-answer", "operators"),
    } <= ANCHORS
    assert set(re.findall(r"\]\(#([a-z0-9-]+)\)", GUIDE)) <= ANCHORS
