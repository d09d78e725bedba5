"""docs/operations.md explains whatever the doctor finds, and every alarm."""

import re

from tests.house.tree import ROOT


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
