"""JSON logs with allow-listed fields."""

from typing import Any


def configure(_: dict[str, Any]) -> None:
    """Set up logging for this process."""
