"""`sivient doctor`: says what is not as it should be, and mends what is safe to mend."""

import json
from collections.abc import Iterable
from itertools import groupby

from django.db import Error

from sivient.ops.findings import Finding, Severity, look

FINE, FOUND, UNKNOWN = 0, 1, 2  # exit codes
ALL_WELL = "Everything is as it should be."
HEADS = {
    Severity.OPERATOR: "Needs you, the operator",
    Severity.HOST: "Needs a host",
    Severity.NOTE: "Good to know",
}
AWAY = "The database does not answer ({0}), so nothing could be looked at. See DATABASE_URL."


def examine(*, fix: bool, as_json: bool, reconcile: bool = False) -> tuple[str, int]:
    """Return what there is to say, and the exit code. With `fix` it mends first and then says what is left.

    `reconcile`: what is outside the database is compared with it, too.
    """
    try:
        found = look(reconcile=reconcile)
        mended = _mend(found) if fix else []
        if mended:
            found = look(reconcile=reconcile)
    except Error as error:
        sentence = AWAY.format(type(error).__name__)
        return (json.dumps({"fine": None, "reason": sentence}) if as_json else sentence), UNKNOWN
    said = _json(found, mended) if as_json else "\n".join([*mended, *([""] if mended else []), *_lines(found)])
    return said, FOUND if found else FINE


def _mend(found: Iterable[Finding]) -> list[str]:
    return [finding.fix() for finding in found if finding.fix is not None]


def _json(found: list[Finding], mended: list[str]) -> str:
    return json.dumps({"fine": not found, "findings": [finding.as_json() for finding in found], "mended": mended})


def _lines(found: list[Finding]) -> list[str]:
    if not found:
        return [ALL_WELL]
    lines = []
    for severity, findings in groupby(found, key=lambda finding: finding.severity):
        lines += [HEADS[severity], ""]
        for finding in findings:
            lines += [f"- {finding.what}", f"    {finding.meaning}", f"    To do: {finding.todo}"]
            if finding.examples:
                lines.append(f"    These: {', '.join(finding.examples)}")
            for each in finding.listed:
                lines.append(f"      {', '.join(f'{name} {value}' for name, value in each.items())}")
            lines.append(f"    Finding: {finding.code}{', --fix mends it' if finding.fix else ''}")
        lines.append("")
    return lines[:-1]
