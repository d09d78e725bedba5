"""What calendars are called where a host chooses among them: those that look alike bear a number."""

from collections import defaultdict

from sivient.accounts.models import User
from sivient.calendars.models import Calendar
from sivient.integrations import registry

NAMELESS = "Calendar"


class Names:
    """The names of a host's calendars. The numbers of those that look alike follow the order of their connecting."""

    def __init__(self, user: User) -> None:
        alike = defaultdict[str, list[int]](list)
        for each in Calendar.objects.filter(host=user).select_related("connection").order_by("pk"):
            alike[_with_account(each.name or NAMELESS, each).casefold()].append(each.pk)
        self._numbers = {
            pk: number for same in alike.values() if len(same) > 1 for number, pk in enumerate(same, start=1)
        }

    def short(self, calendar: Calendar) -> str:
        """Return what it is called beside its account."""
        name, number = calendar.name or NAMELESS, self._numbers.get(calendar.pk)
        return f"{name}, no. {number}" if number else name

    def full(self, calendar: Calendar) -> str:
        """Return what it is called among those of all accounts."""
        return _with_account(self.short(calendar), calendar)


def _with_account(name: str, calendar: Calendar) -> str:
    whose = calendar.connection.label or registry.provider(calendar.connection.vendor).label
    return name if name == whose else f"{name} ({whose})"
