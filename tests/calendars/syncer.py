"""Processes that sync one calendar at the same moment: `python -m tests.calendars.syncer TOKEN PROCESSES`.

Each line it reads begins a round in which every process syncs; the answer is the list of what came of it: "done",
"overtaken", or the name of an error. The line `stored` is answered with the busy times: [[name, start, end], ...].
"""

import json
import multiprocessing
import sys
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection

import django

from sivient.config.env import name_settings_module


def main() -> None:
    """Obey until the input ends."""
    name_settings_module()
    django.setup()
    from django.db import connection

    from sivient.calendars.models import BusyTime

    calendar = _connect(sys.argv[1])
    connection.close()  # before the others begin: each has one of its own
    syncers = [_start(calendar) for _ in range(int(sys.argv[2]))]
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        if line.strip() == "stored":
            rows = BusyTime.objects.filter(calendar=calendar).values_list("name", "start", "end")
            print(json.dumps([[name, start.isoformat(), end.isoformat()] for name, start, end in rows]), flush=True)
            continue
        chosen = syncers[: int(line)]
        for syncer in chosen:
            syncer.send("sync")
        print(json.dumps([syncer.recv() for syncer in chosen]), flush=True)


def _connect(token: str) -> int:
    from sivient.accounts.models import User
    from sivient.calendars.services import discover
    from sivient.integrations.models import Connection, Grant
    from sivient.vendors.google.scopes import ASKED

    now = datetime.now(UTC)
    grant = Grant.objects.create(
        vendor="google",
        client_id="google-client",
        vendor_user_id="mara",
        access_token=token,
        scope=" ".join(ASKED),
        expires_at=now + timedelta(hours=1),
        authorized_at=now,
        refreshed_at=now,
    )
    user = User.objects.order_by("pk")[0]
    connected = Connection.objects.create(user=user, vendor="google", grant=grant, connected_at=now)
    return next(each.pk for each in discover(connected) if each.blocks)


def _start(calendar: int) -> Connection:
    ours, theirs = multiprocessing.Pipe()
    fork = multiprocessing.get_context("fork")
    fork.Process(target=_sync, args=(calendar, theirs), daemon=True).start()
    return ours


def _sync(calendar: int, orders: Connection) -> None:
    from sivient.calendars.models import Calendar
    from sivient.calendars.sync import sync
    from sivient.jobs.completion import LeaseLost

    while orders.recv():
        try:
            sync(Calendar.objects.get(pk=calendar))
            orders.send("done")
        except LeaseLost:
            orders.send("overtaken")
        except Exception as error:
            orders.send(type(error).__name__)


if __name__ == "__main__":
    main()
