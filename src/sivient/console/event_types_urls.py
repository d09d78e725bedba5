"""Addresses of the event types: the list, the editor, and the pages of one event type."""

from django.urls import URLPattern, path

from sivient.console import event_types

urlpatterns: list[URLPattern] = [
    path("event-types", event_types.event_types, name="event-types"),
    path("event-types/new", event_types.event_type_new, name="event-type-new"),
    path("event-types/<int:number>", event_types.event_type_edit, name="event-type-edit"),
    path("event-types/<int:number>/delete", event_types.event_type_delete, name="event-type-delete"),
]
