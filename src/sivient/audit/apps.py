"""Tells Django about the room."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The room `audit`."""

    name = "sivient.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"
