"""Addresses of the room."""

from django.urls import URLPattern, path

from sivient.delivery import invite_file, views

urlpatterns: list[URLPattern] = [
    path("bookings", views.bookings, name="bookings"),
    path("bookings/<int:pk>", views.booking, name="booking-detail"),
    path("bookings/<int:pk>/try-now", views.try_now, name="booking-try-now"),
    path("bookings/<int:pk>/cancel", views.cancel, name="booking-cancel"),
    path("b/<slug:token>/invite.ics", invite_file.invite_file, name="booked-invite"),
]
