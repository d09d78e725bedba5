"""Tells Django about the room."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    """The room `integrations`."""

    name = "sivient.integrations"
    label = "integrations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the work."""
        from sivient.integrations import work  # noqa: F401
