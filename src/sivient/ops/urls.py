"""Addresses of the room."""

from django.urls import URLPattern, path

from sivient.ops import status_view, views

urlpatterns: list[URLPattern] = [
    path("healthz", views.alive, name="healthz"),
    path("readyz", views.ready, name="readyz"),
    path("status", status_view.page, name="status"),
]
