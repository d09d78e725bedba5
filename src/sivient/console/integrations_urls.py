"""Addresses of the Integrations page. The vendor's name is all that differs between vendors."""

from django.urls import URLPattern, path

from sivient.console import calendars_choices as choices
from sivient.console import integrations as views
from sivient.console.calendars_enter import enter

urlpatterns: list[URLPattern] = [
    path("settings/integrations", views.integrations, name="settings-integrations"),
    path("settings/integrations/<slug:vendor>/connect", views.connect, name="settings-integrations-connect"),
    path("settings/integrations/<slug:vendor>/callback", views.callback, name="settings-integrations-callback"),
    path("settings/integrations/<slug:vendor>/disconnect", views.disconnect, name="settings-integrations-disconnect"),
    path("settings/integrations/<slug:vendor>/enter", enter, name="settings-integrations-enter"),
    path(
        "settings/integrations/<slug:vendor>/<int:number>/disconnect",
        views.disconnect_account,
        name="settings-integrations-disconnect-account",
    ),
    path("settings/calendars/<int:number>", choices.blocking, name="settings-integrations-blocking"),
    path("settings/calendars/without", choices.without, name="settings-integrations-without"),
    path("settings/calendars/read", choices.read_now, name="settings-integrations-read"),
    path("settings/calendars/target", choices.target, name="settings-integrations-target"),
]
