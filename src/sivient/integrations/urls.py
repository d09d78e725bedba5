"""Addresses of the room. The pages around a connection are the console's."""

from django.urls import path

from sivient.integrations import views

urlpatterns = [path("webhooks/<slug:vendor>", views.webhook, name="webhook")]
