"""Addresses of the room: the guest's pages."""

from django.urls import URLPattern, path

from sivient.booking import booked_views, views

urlpatterns: list[URLPattern] = [
    path("schedule/<str:handle>", views.handle_page, name="handle-page"),
    path("schedule/<str:handle>/<slug:slug>", views.event_page, name="event-page"),
    path("schedule/<str:handle>/<slug:slug>/slots.json", views.event_starts, name="event-starts"),
    path("schedule/<str:handle>/<slug:slug>/confirm", views.confirm, name="confirm"),
    path("b/<str:token>", booked_views.booked, name="booked"),
    path("b/<str:token>/status.json", booked_views.booked_status, name="booked-status"),
    path("b/<str:token>/cancel", booked_views.cancel, name="cancel"),
]
