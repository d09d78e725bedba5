"""The operator's commands, as processes with an environment of their own."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sivient.cli import _parser
from tests.served import free_port, seeded

pytestmark = [pytest.mark.processes]
README = Path(__file__).parents[1] / "README.md"
Environment = dict[str, str]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """A database with one host, mara."""
    with seeded(tmp_path_factory.mktemp("cli")) as (environment, _):
        yield environment


def run(environment: Environment, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `sivient`."""
    command = [sys.executable, "-m", "sivient.cli", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=90, check=False)


def make(environment: Environment, handle: str | None, email: str) -> None:
    """Add one more host."""
    code = (
        "import django; from sivient.config.env import name_settings_module; name_settings_module(); django.setup();"
        f"from tests.factories import make_host; make_host(handle={handle!r}, email={email!r})"
    )
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)


def test_every_command_stands_in_the_readme() -> None:
    (commands,) = [action for action in _parser()._actions if action.choices]
    assert commands.choices
    documented = re.findall(r"^\| `sivient ([a-z-]+)", README.read_text(), flags=re.MULTILINE)
    assert set(documented) == set(commands.choices)


def test_a_plan_is_set_by_handle_or_by_an_unambiguous_address(environment: Environment) -> None:
    assert run(environment, "plan", "set", "mara", "free").stdout == "mara is on free now.\n"
    make(environment, "one", "one@example.org")
    assert run(environment, "plan", "set", "one@example.org", "business").returncode == 0


def test_an_ambiguous_address_lists_the_handles(environment: Environment) -> None:
    for handle in ("twin-a", "twin-b"):
        make(environment, handle, "twins@example.org")
    done = run(environment, "plan", "set", "twins@example.org", "pro")
    assert done.returncode == 2
    assert "twin-a, twin-b" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_words_for_an_account_without_a_handle_can_be_pasted_into_a_shell(environment: Environment) -> None:
    for handle in ("named", None):
        make(environment, handle, "pair@example.org")
    refused = run(environment, "plan", "set", "pair@example.org", "free")
    (number,) = re.findall(r"'#\d+'", refused.stderr)
    command = f"{sys.executable} -m sivient.cli plan set {number} free"
    done = subprocess.run(["sh", "-c", command], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout == f"account {number[2:-1]} is on free now.\n"


@pytest.mark.parametrize("command", ["migrate", "serve", "worker", "check", "invite"])
@pytest.mark.parametrize(
    "address", ["mysql://sivient:canary@127.0.0.1/sivient", "postgres://sivient:canary@127.0.0.1:1/x"]
)
def test_a_database_that_cannot_be_meant_or_is_away_is_one_sentence(
    environment: Environment, command: str, address: str
) -> None:
    port = ("--port", str(free_port())) if command == "serve" else ()
    done = run({**environment, "DATABASE_URL": address}, command, *port)
    said = done.stdout if command == "check" else done.stderr
    assert done.returncode == (1 if command == "check" else 2)
    assert "DATABASE_URL" in said
    assert "canary" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_command_before_the_first_migration_says_what_to_do(environment: Environment, tmp_path: Path) -> None:
    empty = {**environment, "SIVIENT_DATA_DIR": str(tmp_path), "DATABASE_URL": ""}
    assert run(empty, "login-link", "mara").stderr == "sivient: The database is not up to date. Run: sivient migrate\n"


def test_migrate_says_when_the_data_folder_cannot_be_written(environment: Environment, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run({**environment, "SIVIENT_DATA_DIR": str(tmp_path / "file" / "data")}, "migrate")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "SIVIENT_DATA_DIR" in done.stderr


def test_an_unknown_account_is_said_so(environment: Environment) -> None:
    done = run(environment, "login-link", "nobody@example.org")
    assert done.returncode == 2
    assert "No account" in done.stderr


def test_login_link_and_invite_print_an_address(environment: Environment) -> None:
    for command in (("login-link", "mara"), ("invite",)):
        done = run(environment, *command)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith(environment["SIVIENT_BASE_URL"] + "/")


def test_an_account_is_closed_with_its_date_of_erasure(environment: Environment) -> None:
    make(environment, "leaver", "leaver@example.org")
    done = run(environment, "account", "delete", "leaver")
    assert re.fullmatch(r"leaver is closed\. It is erased on \d{4}-\d\d-\d\d; .*\n", done.stdout), done.stderr


def test_check_names_what_is_missing(environment: Environment) -> None:
    done = run({**environment, "SIVIENT_SECRET_KEY": "weak"}, "check")
    assert done.returncode == 1
    assert "SIVIENT_SECRET_KEY" in done.stdout
    assert run(environment, "check").returncode == 1, "no mail server answers at the address of the tests"


def test_serve_refuses_a_weak_secret_in_one_sentence(environment: Environment) -> None:
    done = run({**environment, "SIVIENT_SECRET_KEY": "weak"}, "serve", "--port", "1")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "SIVIENT_SECRET_KEY" in done.stderr


def test_keys_are_rotated(environment: Environment) -> None:
    assert "Encrypted anew: 1 rows" in run(environment, "rotate-keys").stdout
