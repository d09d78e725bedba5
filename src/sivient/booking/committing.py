"""How a verb's transaction comes to its end, whatever the database says meanwhile."""

from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, OperationalError

from sivient.booking.refusals import NotFree

BACKSTOP = "hold_never_overlaps"
DEADLOCK = "40P01"  # SQLSTATE
Result = TypeVar("Result")


def committed(transaction: Callable[[], Result]) -> Result:
    """Run a verb's transaction, and once more after a deadlock: PostgreSQL has rolled all of it back.

    Raises NotFree when the database itself refused a hold that overlaps.
    """
    try:
        return _once(transaction)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != DEADLOCK:
            raise
    return _once(transaction)


def _once(transaction: Callable[[], Result]) -> Result:
    try:
        return transaction()
    except IntegrityError as error:
        if BACKSTOP in str(error):
            raise NotFree from error
        raise
