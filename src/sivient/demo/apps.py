"""Tells Django about the room."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The room `demo`, present only while `sivient demo` runs."""

    name = "sivient.demo"
    label = "demo"

    def ready(self) -> None:
        """Register the crowd."""
        from sivient.demo import work  # noqa: F401
