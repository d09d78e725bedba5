"""Addresses of the room."""

from django.urls import URLPattern, URLResolver, include, path

from sivient.console import account, availability, event_types, home, onboarding, scheduling_settings

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("welcome", onboarding.welcome, name="welcome"),
    path("welcome/platform", onboarding.welcome_platform, name="welcome-platform"),
    path("event-types", event_types.event_types, name="event-types"),
    path("event-types/new", event_types.event_type_new, name="event-type-new"),
    path("event-types/<int:number>", event_types.event_type_edit, name="event-type-edit"),
    path("event-types/<int:number>/delete", event_types.event_type_delete, name="event-type-delete"),
    path("availability", availability.availability, name="availability"),
    path("", include("sivient.console.integrations_urls")),
    path("settings/scheduling", scheduling_settings.scheduling_settings, name="settings-scheduling"),
    path("settings/plan", home.plan, name="settings-plan"),
    path("settings/account", account.account, name="settings-account"),
    path("settings/account/theme", account.theme, name="settings-account-theme"),
]
