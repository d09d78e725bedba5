"""Addresses of the room. The pages about calendars are the console's."""

from django.urls import path

from sivient.calendars import views

urlpatterns = [path("webhooks/calendars/<slug:vendor>", views.pushed, name="calendar-push")]
