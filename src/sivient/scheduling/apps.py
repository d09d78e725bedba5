"""Tells Django about the room."""

from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    """The room `scheduling`."""

    name = "sivient.scheduling"
    label = "scheduling"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the work."""
        from sivient.scheduling import work  # noqa: F401
