"""Addresses of the room: the guest's pages."""

from django.urls import URLPattern, path

from sivient.booking import booked_views, views

urlpatterns: list[URLPattern] = [
    path("schedule/<slug:handle>", views.handle_page, name="handle-page"),
    path("schedule/<slug:handle>/", views.without_slash, {"page": "handle-page"}),
    path("schedule/<slug:handle>/<slug:slug>", views.event_page, name="event-page"),
    path("schedule/<slug:handle>/<slug:slug>/", views.without_slash, {"page": "event-page"}),
    path("schedule/<slug:handle>/<slug:slug>/slots.json", views.event_starts, name="event-starts"),
    path("schedule/<slug:handle>/<slug:slug>/confirm", views.confirm, name="confirm"),
    path("b/<slug:token>", booked_views.booked, name="booked"),
    path("b/<slug:token>/status.json", booked_views.booked_status, name="booked-status"),
    path("b/<slug:token>/cancel", booked_views.cancel, name="cancel"),
]
