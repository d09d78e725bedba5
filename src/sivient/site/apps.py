"""Tells Django about the room."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """The room `site`."""

    name = "sivient.site"
    label = "site"
    default_auto_field = "django.db.models.BigAutoField"
