"""Tells Django about the room."""

from django.apps import AppConfig


class HelpConfig(AppConfig):
    """The room `help`."""

    name = "sivient.help"
    label = "help"
    default_auto_field = "django.db.models.BigAutoField"
