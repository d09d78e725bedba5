"""The `sivient` command."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if sys.version_info < (3, 11):  # noqa: UP036 - somebody may run it with an older one
    print("Sivient needs Python 3.11 or newer. Choose one with PYTHON=... or its own name.", file=sys.stderr)
    sys.exit(2)

from sivient.cli.printing import printed, silence_output
from sivient.config.env import ConfigError, Env, name_settings_module

if TYPE_CHECKING:
    from sivient.accounts.models import User

DRAIN = 30.0  # seconds that running work gets at the stop
WHO = "or '#7', the number of an account without a handle"
Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code: 0 done, 1 the answer is no, 2 it could not be tried."""
    options = _parser().parse_args(arguments)
    command: Command = options.command
    try:
        done = command(options)
        if sys.stdout:
            sys.stdout.flush()  # while somebody can still answer for a reader that has gone
        return done
    except ConfigError as error:
        print(f"sivient: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        silence_output()
        return 141  # what a shell says of a process that SIGPIPE ended
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sivient", description="Self-hosted scheduling.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_running(commands)
    _add_looking(commands)
    _add_accounts(commands)
    _add_slots(commands)
    return parser


def _add_running(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    demo = commands.add_parser("demo", help="the whole product with emulated vendors, on this machine")
    demo.add_argument("--port", type=_port, default=8000, help="first of six ports (default 8000)")
    demo.add_argument("--data-dir", type=Path, help="where the demo keeps its data")
    demo.add_argument("--no-browser", action="store_true", help="do not open the tour in a browser")
    demo.add_argument("--fresh", action="store_true", help="forget the last demo")
    demo.set_defaults(command=_demo)

    serve = commands.add_parser("serve", help="the application and its worker, settings from the environment")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=_port, default=8000)
    serve.add_argument("--web-processes", type=int, default=1, help="web processes (default 1)")
    serve.add_argument("--worker-threads", type=int, default=4, help="0 serves pages only")
    serve.set_defaults(command=_serve)

    worker = commands.add_parser("worker", help="one more worker process")
    worker.add_argument("--threads", type=int, default=4)
    worker.set_defaults(command=_worker)

    commands.add_parser("migrate", help="bring the database up to date").set_defaults(command=_migrate)
    commands.add_parser(
        "rotate-keys", help="encrypt stored tokens anew with the first of SIVIENT_TOKEN_KEYS"
    ).set_defaults(command=_rotate_keys)


def _add_looking(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    commands.add_parser("check", help="say what is missing before `serve` can start").set_defaults(command=_check)

    status = commands.add_parser("status", help="how the work stands: what waits, connections, messages, clocks")
    status.add_argument("--json", action="store_true", help="for programs")
    status.set_defaults(command=_status)

    doctor = commands.add_parser("doctor", help="find what is not as it should be, and explain it")
    doctor.add_argument("--fix", action="store_true", help="mend what is safe to mend")
    doctor.add_argument(
        "--reconcile", action="store_true", help="ask the hosts' calendars, too: after a restore or a promotion"
    )
    doctor.add_argument("--json", action="store_true", help="for programs")
    doctor.set_defaults(command=_doctor)


def _add_accounts(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    link = commands.add_parser("login-link", help="a link that signs in once, for 15 minutes")
    link.add_argument("who", metavar="EMAIL|HANDLE", help=WHO)
    link.set_defaults(command=_login_link)

    commands.add_parser("invite", help="a link for one new account, for 7 days").set_defaults(command=_invite)

    plan = commands.add_parser("plan", help="plans of accounts").add_subparsers(required=True, metavar="ACTION")
    setting = plan.add_parser("set", help="change the plan of one account")
    setting.add_argument("who", metavar="EMAIL|HANDLE", help=WHO)
    setting.add_argument("plan", choices=["free", "pro", "business"])
    setting.set_defaults(command=_plan_set)

    account = commands.add_parser("account", help="accounts").add_subparsers(required=True, metavar="ACTION")
    delete = account.add_parser("delete", help="close an account; it is erased 30 days later")
    delete.add_argument("who", metavar="EMAIL|HANDLE", help=WHO)
    delete.add_argument("--keep-bookings", action="store_true", help="let upcoming bookings stand")
    delete.set_defaults(command=_account_delete)


def _add_slots(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    slots = commands.add_parser("slots", help="what the slot engine offers for a request in JSON; see docs/slots.md")
    slots.add_argument("file", metavar="FILE.json", nargs="?", default="-", help="- or nothing is standard input")
    slots.add_argument("--explain", metavar="TIME", help="say why this start is offered, or why not")
    slots.set_defaults(command=_slots)


def _port(text: str) -> int:
    port = int(text) if text.isdecimal() else 0
    if not 0 < port < 65530:  # the demo takes six in a row
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65529")
    return port


def _django() -> None:
    """Load Django with the settings of the environment; ConfigError when one is missing."""
    name_settings_module()
    import django

    django.setup()


def _installation() -> None:
    """Load Django, and see that its database answers and is up to date; ConfigError when not."""
    _django()
    from sivient.config import server

    server.require_migrated()


def _require_settings() -> None:
    problems = Env().problems()
    if problems:
        raise ConfigError(problems[0])


def _slots(options: argparse.Namespace) -> int:
    from sivient.core.slot_request import answer, answer_why
    from sivient.core.strict_json import BadInput

    try:
        with open(0 if options.file == "-" else options.file, "rb") as file:
            data = file.read()
        found = answer(data) if options.explain is None else answer_why(data, options.explain)
    except OSError as error:
        print(f"sivient: {options.file} cannot be read: {error.strerror}.", file=sys.stderr)
        return 2
    except BadInput as error:
        print(f"sivient: {error}", file=sys.stderr)
        return 2
    return printed(json.dumps(found))


def _demo(options: argparse.Namespace) -> int:
    from sivient.demo.run import run

    return run(port=options.port, data_dir=options.data_dir, browser=not options.no_browser, fresh=options.fresh)


def _serve(options: argparse.Namespace) -> int:
    _require_settings()
    _django()
    from sivient.config import server

    server.require_free(options.host, options.port)
    server.prepare()
    server.serve(
        options.host,
        options.port,
        web_processes=options.web_processes,
        worker_threads=options.worker_threads,
        drain=DRAIN,
        started=lambda: print(f"Sivient serves on http://{options.host}:{options.port}", flush=True),
    )
    return 0


def _worker(options: argparse.Namespace) -> int:
    _require_settings()
    _installation()
    from sivient.jobs.worker import run_until_signal

    run_until_signal(threads=options.threads, drain=DRAIN)
    return 0


def _migrate(_: argparse.Namespace) -> int:
    _django()
    from django.conf import settings
    from django.core.management import call_command

    from sivient.config import server

    server.require_writable(settings.DATA_DIR)
    server.require_database()
    call_command("migrate", interactive=False)
    return 0


def _check(_: argparse.Namespace) -> int:
    problems = Env().problems()
    if not problems:
        _django()
        from sivient.ops.check import installation_problems

        problems = installation_problems()
    for problem in problems:
        print(f"- {problem}")
    print("Not ready." if problems else "Ready: sivient serve can start.")
    return 1 if problems else 0


def _status(options: argparse.Namespace) -> int:
    _require_settings()
    _installation()
    from sivient.ops import status

    now = status.status()
    return printed(json.dumps(status.as_json(now)) if options.json else status.as_text(now))


def _doctor(options: argparse.Namespace) -> int:
    _require_settings()
    _django()
    from sivient.ops import doctor

    said, code = doctor.examine(fix=options.fix, as_json=options.json, reconcile=options.reconcile)
    return printed(said) or code


def _rotate_keys(_: argparse.Namespace) -> int:
    _installation()
    from sivient.ops.keys import rotate

    print(f"Encrypted anew: {rotate()} rows. Older keys can leave SIVIENT_TOKEN_KEYS.")
    return 0


def _account(who: str) -> "User":
    """Return the account that the operator means, or raise ConfigError with what to give instead."""
    from sivient.ops.accounts import NotTheOne, the_one

    try:
        return the_one(who)
    except NotTheOne as error:
        raise ConfigError(str(error)) from error


def _login_link(options: argparse.Namespace) -> int:
    _installation()
    from sivient.accounts.services import login_link

    print(login_link(_account(options.who)))
    return 0


def _invite(_: argparse.Namespace) -> int:
    _installation()
    from sivient.accounts.services import invite

    print(invite())
    return 0


def _plan_set(options: argparse.Namespace) -> int:
    _installation()
    from sivient.accounts.services import set_plan

    user = _account(options.who)
    set_plan(user, options.plan)
    print(f"{user} is on {options.plan} now.")
    return 0


def _account_delete(options: argparse.Namespace) -> int:
    _installation()
    from django.utils import timezone

    from sivient.privacy.services import close

    user = close(_account(options.who), keep_bookings=options.keep_bookings, by="operator", now=timezone.now())
    print(f"{user} is closed. It is erased on {user.purge_at:%Y-%m-%d}; signing in before then can restore it.")
    return 0
