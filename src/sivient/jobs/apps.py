"""Tells Django about the room."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """The room `jobs`."""

    name = "sivient.jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"
