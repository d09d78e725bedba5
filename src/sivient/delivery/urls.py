"""Addresses of the room."""

from django.urls import URLPattern, path

from sivient.delivery import answer_views, calendar_views, clock_views, invite_file, link_views, reschedule_views, views

urlpatterns: list[URLPattern] = [
    path("bookings", views.bookings, name="bookings"),
    path("bookings/<int:pk>", views.booking, name="booking-detail"),
    path("bookings/<int:pk>/try-now", views.try_now, name="booking-try-now"),
    path("bookings/<int:pk>/approve", answer_views.approve, name="booking-approve"),
    path("bookings/<int:pk>/decline", answer_views.decline, name="booking-decline"),
    path("bookings/<int:pk>/reschedule", reschedule_views.reschedule, name="booking-reschedule"),
    path("bookings/<int:pk>/link", link_views.link, name="booking-link"),
    path("bookings/<int:pk>/calendar/keep", calendar_views.keep, name="booking-calendar-keep"),
    path("bookings/<int:pk>/calendar/follow", calendar_views.follow, name="booking-calendar-follow"),
    path("bookings/<int:pk>/clocks/leave", clock_views.leave, name="booking-clocks-leave"),
    path("bookings/<int:pk>/clocks/move", clock_views.move, name="booking-clocks-move"),
    path("bookings/<int:pk>/cancel", answer_views.cancel, name="booking-cancel"),
    path("b/<slug:token>/invite.ics", invite_file.invite_file, name="booked-invite"),
]
