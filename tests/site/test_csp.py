"""The content security policy."""

import base64
import hashlib

from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from sivient.site import csp


def directives(policy: str) -> dict[str, list[str]]:
    """The policy, taken apart."""
    return {name: values.split() for name, _, values in (part.strip().partition(" ") for part in policy.split(";"))}


def test_nothing_is_allowed_that_is_not_named() -> None:
    policy = directives(csp.policy())
    assert (
        policy["default-src"] == policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
    )
    assert "unsafe" not in csp.policy()


def test_styles_come_from_files_alone() -> None:
    assert directives(csp.policy())["style-src"] == ["'self'"]


def test_the_one_inline_script_is_known_by_its_hash() -> None:
    digest = base64.b64encode(hashlib.sha256(csp.ZONE_SCRIPT.encode()).digest()).decode()
    assert directives(csp.policy())["script-src"] == ["'self'", f"'sha256-{digest}'"]


def test_forms_end_here_unless_a_page_names_other_origins() -> None:
    assert directives(csp.policy())["form-action"] == ["'self'"]
    widened = csp.policy(["https://zoom.us/oauth/authorize?x=1", "https://*.zoom.us", "http://127.0.0.1:9001"])
    assert directives(widened)["form-action"] == [
        "'self'",
        "http://127.0.0.1:9001",
        "https://*.zoom.us",
        "https://zoom.us",
    ]


def test_a_view_asks_for_its_targets_at_each_answer() -> None:
    targets = ["https://one.example"]

    @csp.form_targets(lambda: targets)
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    assert "https://one.example" in view(RequestFactory().get("/")).headers[csp.HEADER]
    targets[0] = "https://two.example"
    assert "https://two.example" in view(RequestFactory().get("/")).headers[csp.HEADER]
