"""Tells Django about the room."""

from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    """The room `calendars`."""

    name = "sivient.calendars"
    label = "calendars"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the work."""
        from sivient.calendars import work  # noqa: F401
