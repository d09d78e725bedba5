"""Tells Django about the room."""

from django.apps import AppConfig


class OpsConfig(AppConfig):
    """The room `ops`."""

    name = "sivient.ops"
    label = "ops"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the work."""
        from sivient.ops import work  # noqa: F401
