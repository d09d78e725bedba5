"""The operator's commands, as processes with an environment of their own."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sivient.cli import _parser
from tests.served import seeded

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


def make(environment: Environment, handle: str, email: str) -> None:
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
