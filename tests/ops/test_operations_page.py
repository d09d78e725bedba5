"""What docs/operations.md tells an operator to type works."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from sivient.accounts.models import PURGE_AFTER
from sivient.privacy.services import close, purge_due, restore
from tests.factories import make_host
from tests.house.tree import ROOT

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def test_the_question_after_a_restored_backup_finds_every_account_that_has_gone() -> None:
    (question,) = re.findall(r'"(SELECT [^"]+)"', (ROOT / "docs/operations.md").read_text())
    erased, closed, back = make_host(), make_host(), make_host()
    now = timezone.now()
    close(erased, keep_bookings=True, by="host", now=now - PURGE_AFTER - timedelta(days=1))
    purge_due(now)
    close(closed, keep_bookings=True, by="host", now=now)
    restore(close(back, keep_bookings=True, by="host", now=now), by="host", now=now)
    with connection.cursor() as cursor:
        cursor.execute(question)
        found = [row[:2] for row in cursor.fetchall()]
    assert found == [
        (erased.pk, "account erased"),
        (closed.pk, "account closed"),
        (back.pk, "account closed"),
        (back.pk, "account restored"),
    ]


def test_every_finding_and_every_alarm_is_explained() -> None:
    page = (ROOT / "docs/operations.md").read_text()
    explained = set(re.findall(r"`([a-z]+(?:-[a-z]+)*)`", "".join(re.findall(r"^\| `[^|]+\|", page, re.MULTILINE))))
    sources = [path.read_text() for path in (ROOT / "src/sivient/ops/findings").glob("*.py")]
    codes = {code for source in sources for code in re.findall(r'Finding\(\s+"([a-z-]+)"', source)}
    assert len(codes) > 15
    assert codes <= explained
    alarms = ("zoom:client", "zoom:webhook", "zoom:removal", "work:<kind>", "ops:work-late", "ops:disk-nearly-full")
    for alarm in alarms:
        assert f"| `{alarm}` |" in page
