"""Processes that use a grant at the same moment: `python -m tests.integrations.token_user GRANT PROCESSES`.

Each line it reads is a way in which the access token ends, and begins a round in which every process asks for a good
one; the answer is the list of the versions that they got. `expired`: it is over; `soon`: it has four minutes left;
`refused`: the vendor has refused it in everybody's hands.
"""

import json
import multiprocessing
import sys
from datetime import timedelta
from multiprocessing.connection import Connection

import django

from sivient.config.env import name_settings_module

LEFT = {"expired": timedelta(), "soon": timedelta(minutes=4), "refused": timedelta(hours=1)}


def main() -> None:
    """Obey until the input ends."""
    name_settings_module()
    django.setup()
    from django.db.models.functions import Now

    from sivient.integrations.models import Grant

    grant = int(sys.argv[1])
    users = [_start(grant) for _ in range(int(sys.argv[2]))]  # before this process has a connection of its own
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        way = line.strip()
        mine = Grant.objects.filter(pk=grant)
        mine.update(expires_at=Now() + LEFT[way])
        refused = mine.values_list("token_version", flat=True).get() if way == "refused" else None
        for user in users:
            user.send(refused)
        print(json.dumps([user.recv() for user in users]), flush=True)


def _start(grant: int) -> Connection:
    """Start one process by forking: twenty that start by themselves would take longer than the rounds."""
    ours, theirs = multiprocessing.Pipe()
    fork = multiprocessing.get_context("fork")
    fork.Process(target=_use, args=(grant, theirs), daemon=True).start()
    return ours


def _use(grant: int, orders: Connection) -> None:
    from sivient.integrations import tokens

    while True:
        refused = orders.recv()
        orders.send(tokens.fresh(grant, refused=refused).version)


if __name__ == "__main__":
    main()
