"""The database itself refuses two holds of one host that overlap, whatever the code above it does."""

from typing import Any

from django.db import migrations

POSTGRESQL = """
ALTER TABLE scheduling_hold ADD CONSTRAINT hold_never_overlaps EXCLUDE USING gist (
    int8range(host_id, host_id, '[]') WITH &&, tstzrange("start", "end") WITH &&
)
"""
SQLITE = """
CREATE TRIGGER hold_never_overlaps_{name} BEFORE {event} ON scheduling_hold
WHEN EXISTS (
    SELECT 1 FROM scheduling_hold AS other
    WHERE other.host_id = NEW.host_id AND other.id IS NOT NEW.id
      AND other."start" < NEW."end" AND other."end" > NEW."start"
)
BEGIN SELECT RAISE(ABORT, 'hold_never_overlaps'); END
"""


def add(apps: Any, schema_editor: Any) -> None:
    """Add the constraint (PostgreSQL) or the triggers (SQLite)."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)
    else:
        for name, event in (("insert", "INSERT"), ("update", 'UPDATE OF host_id, "start", "end"')):
            schema_editor.execute(SQLITE.format(name=name, event=event))


def remove(apps: Any, schema_editor: Any) -> None:
    """Take it away again."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE scheduling_hold DROP CONSTRAINT hold_never_overlaps")
    else:
        for name in ("insert", "update"):
            schema_editor.execute(f"DROP TRIGGER hold_never_overlaps_{name}")


class Migration(migrations.Migration):
    """Backstop of architecture section 1: 'No double booking'."""

    dependencies = [("scheduling", "0001_scheduling")]
    operations = [migrations.RunPython(add, remove)]
