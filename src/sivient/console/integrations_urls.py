"""Addresses of the Integrations page. The vendor's name is all that differs between vendors."""

from django.urls import URLPattern, path

from sivient.console import integrations as views

urlpatterns: list[URLPattern] = [
    path("settings/integrations", views.integrations, name="settings-integrations"),
    path("settings/integrations/<slug:vendor>/connect", views.connect, name="settings-integrations-connect"),
    path("settings/integrations/<slug:vendor>/callback", views.callback, name="settings-integrations-callback"),
    path("settings/integrations/<slug:vendor>/disconnect", views.disconnect, name="settings-integrations-disconnect"),
]
