"""However many bookings are over, a page reads what is to come, by an index."""

import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sivient.core.interval import Interval
from sivient.scheduling import queries
from sivient.scheduling.models import EventType, Hold
from tests.factories import MONDAY_10, NOW, make_event_type
from tests.scheduling.offers import again

pytestmark = [pytest.mark.django_db, pytest.mark.db]
INDEX = "hold_by_host_and_end"
BOUND = r'host_id=\? AND end>\?|Index Cond": "\(\(host_id = \d+\) AND \(\\"end\\" >'
YEARLY = [{"per": "year", "count": 5, "minutes": None}]


def plan(event_type: EventType, ask: str) -> str:
    """How the engine finds the holds for a page or a verb."""
    with CaptureQueriesContext(connection) as statements:
        if ask == "page":
            queries.page_starts(again(event_type), now=NOW)
        else:
            instant = Interval(MONDAY_10, MONDAY_10 + timedelta(seconds=1))
            queries.offered(event_type, window=instant, now=NOW)
    (reading,) = [each["sql"] for each in statements if 'FROM "scheduling_hold"' in each["sql"]]
    with connection.cursor() as cursor:
        explain = "EXPLAIN (FORMAT JSON)" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
        cursor.execute(f"{explain} {reading}")
        return json.dumps(cursor.fetchall(), default=str)


@pytest.mark.parametrize("ask", ["page", "verb"])
@pytest.mark.parametrize("limits", [[], YEARLY])
def test_past_bookings_are_not_looked_at(ask: str, limits: list[object]) -> None:
    event_type = make_event_type(limits=limits)
    other = make_event_type()
    for host in (event_type.host, other.host):
        long_ago = [NOW - timedelta(days=400, minutes=30 * n) for n in range(3000, 0, -1)]
        Hold.objects.bulk_create(
            [Hold(host=host, start=each, end=each + timedelta(minutes=30)) for each in long_ago], batch_size=500
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE scheduling_hold")
    found = plan(event_type, ask)
    assert INDEX in found
    assert re.search(BOUND, found), found
