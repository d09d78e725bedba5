"""Addresses of the room."""

from django.urls import URLPattern, URLResolver, include, path

from sivient.console import account, home, onboarding, scheduling_settings

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("welcome", onboarding.welcome, name="welcome"),
    path("welcome/platform", onboarding.welcome_platform, name="welcome-platform"),
    path("", include("sivient.console.event_types_urls")),
    path("", include("sivient.console.availability_urls")),
    path("", include("sivient.console.integrations_urls")),
    path("settings/scheduling", scheduling_settings.scheduling_settings, name="settings-scheduling"),
    path("settings/plan", home.plan, name="settings-plan"),
    path("settings/account", account.account, name="settings-account"),
    path("settings/account/theme", account.theme, name="settings-account-theme"),
]
