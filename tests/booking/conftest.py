"""A provider of calendars that does what a test says."""

from tests.calendars.conftest import world

__all__ = ["world"]
