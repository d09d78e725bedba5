"""Addresses of the event types: the list, the editor, and the pages of one event type."""

from django.urls import URLPattern, path

from sivient.console import event_types, event_types_editor, event_types_links, event_types_times

urlpatterns: list[URLPattern] = [
    path("event-types", event_types.event_types, name="event-types"),
    path("event-types/new", event_types_editor.event_type_new, name="event-type-new"),
    path("event-types/<int:number>", event_types_editor.event_type_edit, name="event-type-edit"),
    path("event-types/<int:number>/delete", event_types.event_type_delete, name="event-type-delete"),
    path("event-types/<int:number>/duplicate", event_types.event_type_duplicate, name="event-type-duplicate"),
    path("event-types/<int:number>/move", event_types.event_type_move, name="event-type-move"),
    path("event-types/<int:number>/times", event_types_times.event_type_times, name="event-type-times"),
    path("event-types/<int:number>/links", event_types_links.event_type_links, name="event-type-links"),
    path(
        "event-types/<int:number>/links/<int:link>/remove",
        event_types_links.event_type_link_remove,
        name="event-type-link-remove",
    ),
]
