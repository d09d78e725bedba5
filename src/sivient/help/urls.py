"""Addresses of the room."""

from django.urls import URLPattern, path
from django.views.generic import RedirectView

from sivient.help import views

urlpatterns: list[URLPattern] = [
    path("docs/", views.docs, name="docs"),
    path("docs", RedirectView.as_view(pattern_name="docs"), name="docs-bare"),
    path("docs/<slug:slug>", views.docs_page, name="docs-page"),
]
