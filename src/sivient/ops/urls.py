"""Addresses of the room."""

from django.urls import URLPattern, path

from sivient.ops import views

urlpatterns: list[URLPattern] = [
    path("healthz", views.alive, name="healthz"),
    path("readyz", views.ready, name="readyz"),
]
