"""Settings come from NAME or NAME_FILE; what is missing or weak is named in one sentence."""

import re
from pathlib import Path

import pytest

from sivient.config.env import NAMES, ConfigError, Env
from tests.settings import GIVEN

DOCS = Path(__file__).parents[2] / "docs" / "settings.md"


def test_the_documented_settings_are_the_ones_that_are_read() -> None:
    documented = re.findall(r"^\| `([A-Z_]+)` \|", DOCS.read_text(), flags=re.MULTILINE)
    assert set(documented) == NAMES
    assert len(documented) == len(NAMES)


def test_a_complete_environment_has_no_problems() -> None:
    assert Env(GIVEN).problems() == []


@pytest.mark.parametrize("name", ["SIVIENT_BASE_URL", "SIVIENT_SECRET_KEY", "SIVIENT_TOKEN_KEYS", "SMTP_URL"])
def test_a_missing_setting_is_named(name: str) -> None:
    problems = Env({key: value for key, value in GIVEN.items() if key != name}).problems()
    assert [problem.split()[0] for problem in problems] == [name]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SIVIENT_SECRET_KEY", "short"),
        ("SIVIENT_SECRET_KEY", "a" * 50),
        ("SIVIENT_TOKEN_KEYS", "not-a-key"),
        ("SIVIENT_BASE_URL", "meet.example.org"),
        ("SIVIENT_BASE_URL", "https://meet.example.org/path"),
        ("SIVIENT_BASE_URL", "https://meet.example.org:port"),
        ("SIVIENT_BASE_URL", "https://[meet.example.org"),
        ("SIVIENT_BASE_URL", "https://user@meet.example.org"),
        ("SIVIENT_DEFAULT_PLAN", "gold"),
        ("SIVIENT_SIGNUP", "domains:"),
        ("SIVIENT_PROXIES", "many"),
        ("SIVIENT_STATUS_TOKEN", "short"),
        ("SIVIENT_STATUS_TOKEN", "a" * 20),
        ("ZOOM_CLIENT_SECRET", ""),
        ("GOOGLE_CLIENT_SECRET", ""),
        ("MICROSOFT_CLIENT_SECRET", ""),
        ("SIVIENT_MAIL_FROM", "Sivient <b@x.example>"),
        ("SIVIENT_MAIL_FROM", "bookings"),
        ("SIVIENT_SUPPORT_EMAIL", "call us"),
        ("DATABASE_URL", "mysql://sivient@127.0.0.1/sivient"),
        ("DATABASE_URL", "/var/lib/sivient.sqlite3"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "postgres://127.0.0.1"),
        ("DATABASE_URL", "postgres://sivient:pass/word@127.0.0.1/sivient"),
        ("DATABASE_URL", "postgres://[::1/sivient"),
        ("SMTP_URL", "mail.example.org"),
        ("SMTP_URL", "smtp://:25"),
        ("SMTP_URL", "smtp://mail.example.org:mail"),
    ],
)
def test_a_weak_or_wrong_setting_is_named(name: str, value: str) -> None:
    (problem,) = Env(GIVEN | {name: value}).problems()
    assert name in problem


def test_a_wrong_address_is_not_quoted_because_it_may_hold_a_password() -> None:
    for name in ("DATABASE_URL", "SMTP_URL"):
        (problem,) = Env(GIVEN | {name: "smb://user:pass-canary@host:port/"}).problems()
        assert "canary" not in problem


def test_the_sender_is_shown_how_to_write_the_address() -> None:
    with pytest.raises(ConfigError, match="an address alone, such as bookings@"):
        Env({"SIVIENT_MAIL_FROM": "Sivient <b@x.example>"}).mail_from()


@pytest.mark.parametrize(
    "url",
    ["", "sqlite:////var/lib/sivient.sqlite3", "postgres://sivient:p%2Fw@127.0.0.1:5432/sivient", "postgresql:///name"],
)
def test_both_databases_can_be_named(url: str) -> None:
    assert Env({"DATABASE_URL": url}).database_url() == url


@pytest.mark.parametrize(
    "written", ["https://Meet.Example.org", "https://meet.example.org/", "https://meet.example.org:443"]
)
def test_the_public_address_is_kept_as_browsers_write_it(written: str) -> None:
    assert Env({"SIVIENT_BASE_URL": written}).base_url() == "https://meet.example.org"


def test_a_setting_can_stand_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("a-secret-from-a-file-0123456789-xyz\n")
    assert Env({"SIVIENT_SECRET_KEY_FILE": str(secret)}).secret_key() == "a-secret-from-a-file-0123456789-xyz"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="SMTP_URL_FILE"):
        Env({"SMTP_URL_FILE": str(tmp_path / "none")}).get("SMTP_URL")
