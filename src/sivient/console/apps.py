"""Tells Django about the room."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """The room `console`."""

    name = "sivient.console"
    label = "console"
    default_auto_field = "django.db.models.BigAutoField"
