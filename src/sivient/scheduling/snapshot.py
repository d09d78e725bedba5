"""What has been read of hosts, kept in this process as long as it is true.

A host's times are kept together with the version that they belong to: that of the timetable and that of what is known
of the host's calendars, added up. Whatever changes what can be booked makes one of them grow in its own transaction,
and pages read the version together with the event type: a page never shows what any process has changed before it was
asked for. No clock is involved.
"""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from django.db import connection

from sivient.scheduling.host_times import HostTimes, Reach, read

MOST_HOSTS = 500
MOST_HOLDS = 200_000  # and busy times, of all hosts together: some 60 MB
Reader = Callable[[int, Reach, HostTimes | None], HostTimes]


class Snapshots:
    """The times of the hosts whose pages were asked for last; those not asked for longest are forgotten first."""

    def __init__(self, *, most_hosts: int, most_holds: int, read: Reader = read) -> None:
        self._most_hosts, self._most_holds, self._read = most_hosts, most_holds, read
        self._kept: OrderedDict[int, HostTimes] = OrderedDict()
        self._holds = 0
        self._lock = Lock()

    def get(self, host_id: int, *, version: int, since: int) -> HostTimes:
        """Return the host's times at `version` or later, with all that is taken and ends after `since` (epoch seconds).

        Within a transaction they are read and not kept: it may have changed them, and may yet be rolled back.
        """
        if connection.in_atomic_block:
            return self._read(host_id, Reach(since, None), None)
        with self._lock:
            kept = self._kept.get(host_id)
            if kept is not None and kept.version == version and kept.reach.start <= since:
                self._kept.move_to_end(host_id)
                return kept
        found = self._read(host_id, Reach(since, None), kept)
        self._keep(host_id, found)
        return found

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self._holds = 0

    def __len__(self) -> int:
        return len(self._kept)

    def _keep(self, host_id: int, times: HostTimes) -> None:
        with self._lock:
            self._forget(host_id)
            self._kept[host_id] = times
            self._holds += times.size
            while len(self._kept) > self._most_hosts or self._holds > self._most_holds:
                self._forget(next(iter(self._kept)))

    def _forget(self, host_id: int) -> None:
        gone = self._kept.pop(host_id, None)
        if gone is not None:
            self._holds -= gone.size


SNAPSHOTS = Snapshots(most_hosts=MOST_HOSTS, most_holds=MOST_HOLDS)
