"""There is one public address; other names lead there, and no name that somebody makes up is ever believed."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["localhost:8000", "evil.example", "testserver.evil.example", "testserver:81", "a@b"])
def test_a_page_asked_for_by_another_name_leads_to_the_public_address(client: Client, name: str) -> None:
    answer = client.get("/docs/?a=1", headers={"host": name})
    assert (answer.status_code, answer.headers["Location"]) == (302, "http://testserver/docs/?a=1")


def test_a_form_sent_to_another_name_is_refused(client: Client) -> None:
    assert client.post("/sign-out", headers={"host": "evil.example"}).status_code == 400


def test_a_forwarded_name_changes_nothing(client: Client) -> None:
    answer = client.get("/", headers={"x-forwarded-host": "evil.example"})
    assert b"evil.example" not in answer.content


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_answers_by_any_name(client: Client, path: str) -> None:
    assert client.get(path, headers={"host": "10.0.0.7"}).status_code == 200


def test_an_address_with_two_slashes_stays_here(client: Client) -> None:
    answer = client.get("//evil.example/x", headers={"host": "other"})
    assert answer.headers["Location"].startswith("http://testserver/")
