"""Tells Django about the room."""

from django.apps import AppConfig


class BookingConfig(AppConfig):
    """The room `booking`."""

    name = "sivient.booking"
    label = "booking"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the work."""
        from sivient.booking import work  # noqa: F401
