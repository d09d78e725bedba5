"""Tells Django about the room."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """The room `privacy`."""

    name = "sivient.privacy"
    label = "privacy"
    default_auto_field = "django.db.models.BigAutoField"
