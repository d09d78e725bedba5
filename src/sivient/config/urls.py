"""The URL map: each room brings its own."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(f"sivient.{room}.urls"))
    for room in ("accounts", "integrations", "calendars", "booking", "delivery", "console", "privacy", "help", "ops")
]
if settings.DEMO_DIR:
    urlpatterns.append(path("", include("sivient.demo.urls")))

handler400 = "sivient.site.errors.bad_request"
handler403 = "sivient.site.errors.forbidden"
handler404 = "sivient.site.errors.not_found"
handler500 = "sivient.site.errors.server_error"
