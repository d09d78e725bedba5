"""Headers of every answer, and the limit on bodies."""

from io import BytesIO

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.middleware.csrf import get_token
from django.test import Client, RequestFactory
from pytest_django import Settings

from sivient.site.csp import policy
from sivient.site.middleware import BodyLimit, Headers, WrongMethod


def echo(request: HttpRequest) -> HttpResponse:
    """Answer with what was sent."""
    return HttpResponse(request.body)


def test_every_answer_carries_the_headers(client: Client) -> None:
    answer = client.get("/nothing-here")
    assert answer.headers["Content-Security-Policy"] == policy()
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]


def test_a_view_that_sets_its_own_policy_keeps_it() -> None:
    wider = policy(["https://zoom.us"])
    answer = Headers(lambda _: HttpResponse(headers={"Content-Security-Policy": wider}))(RequestFactory().get("/"))
    assert answer.headers["Content-Security-Policy"] == wider


def test_a_page_with_a_csrf_form_lets_its_own_origin_be_named() -> None:
    """Browsers send `Origin: null` with forms of a page under no-referrer, and Django refuses those."""

    def page(request: HttpRequest) -> HttpResponse:
        response = HttpResponse()
        response.set_cookie(settings.CSRF_COOKIE_NAME, get_token(request))
        return response

    assert Headers(page)(RequestFactory().get("/")).headers["Referrer-Policy"] == "same-origin"
    assert "Referrer-Policy" not in Headers(lambda _: HttpResponse())(RequestFactory().get("/")).headers


def test_a_body_above_the_limit_is_refused_unread(settings: Settings) -> None:
    settings.BODY_LIMIT = 2**20
    request = RequestFactory().post("/", b"", content_type="text/plain", CONTENT_LENGTH=str(2**20 + 1))
    answer = BodyLimit(echo)(request)
    assert answer.status_code == 413
    assert "up to 1 MB" in answer.content.decode()


def test_a_body_at_the_limit_passes(settings: Settings) -> None:
    settings.BODY_LIMIT = 10
    assert (
        BodyLimit(echo)(RequestFactory().post("/", b"0123456789", content_type="text/plain")).content == b"0123456789"
    )


@pytest.mark.parametrize(("length", "status"), [(10, 200), (11, 413)])
def test_chunks_are_counted_too(settings: Settings, length: int, status: int) -> None:
    settings.BODY_LIMIT = 10
    request = RequestFactory().post("/", b"", content_type="text/plain", HTTP_TRANSFER_ENCODING="chunked")
    request.META["CONTENT_LENGTH"] = ""
    request.META["wsgi.input"] = BytesIO(b"x" * length)
    answer = BodyLimit(echo)(request)
    assert answer.status_code == status
    if status == 200:
        assert answer.content == b"x" * length


def test_a_refused_method_gets_a_page_and_keeps_what_is_allowed(client: Client) -> None:
    answer = client.get("/sign-out")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "<h1>This address cannot be opened like this</h1>" in answer.content.decode()
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.headers["Content-Length"] == str(len(answer.content))


def test_a_refused_head_has_no_body_and_an_answer_with_words_keeps_them() -> None:
    refusal = WrongMethod(lambda _: HttpResponseNotAllowed(["POST"]))
    assert refusal(RequestFactory().head("/")).content == b""
    assert b"<h1>" in refusal(RequestFactory().get("/")).content
    spoken = WrongMethod(lambda _: JsonResponse({"error": "method"}, status=405))(RequestFactory().get("/"))
    assert spoken.content == b'{"error": "method"}'
