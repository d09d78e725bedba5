"""Addresses of the tour."""

from django.urls import URLPattern, path

from sivient.demo import views

urlpatterns: list[URLPattern] = [
    path("tour", views.tour, name="tour"),
    path("tour/progress.json", views.progress_json, name="tour-progress"),
    path("tour/zoom", views.switch_zoom, name="tour-zoom"),
    path("tour/crowd", views.send_crowd, name="tour-crowd"),
]
