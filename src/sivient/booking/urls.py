"""Addresses of the room: the guest's pages."""

from django.urls import URLPattern, path

from sivient.booking import booked_views, private_views, reschedule_views, views

urlpatterns: list[URLPattern] = [
    path("schedule/<slug:handle>", views.handle_page, name="handle-page"),
    path("schedule/<slug:handle>/", views.without_slash, {"page": "handle-page"}),
    path("schedule/<slug:handle>/<slug:slug>", views.event_page, name="event-page"),
    path("schedule/<slug:handle>/<slug:slug>/", views.without_slash, {"page": "event-page"}),
    path("schedule/<slug:handle>/<slug:slug>/slots.json", views.event_slots, name="event-slots"),
    path("schedule/<slug:handle>/<slug:slug>/confirm", views.confirm, name="confirm"),
    path("p/<slug:token>", private_views.page, name="private-page"),
    path("p/<slug:token>/", views.without_slash, {"page": "private-page"}),
    path("p/<slug:token>/slots.json", private_views.slots, name="private-slots"),
    path("p/<slug:token>/confirm", private_views.confirm, name="private-confirm"),
    path("b/<slug:token>", booked_views.booked, name="booked"),
    path("b/<slug:token>/status.json", booked_views.booked_status, name="booked-status"),
    path("b/<slug:token>/cancel", booked_views.cancel, name="cancel"),
    path("b/<slug:token>/reschedule", reschedule_views.page, name="reschedule"),
    path("b/<slug:token>/reschedule/slots.json", reschedule_views.slots, name="reschedule-slots"),
    path("b/<slug:token>/reschedule/confirm", reschedule_views.confirm, name="reschedule-confirm"),
]
