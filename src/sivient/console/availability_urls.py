"""Addresses of the pages about when the host can be booked."""

from django.urls import URLPattern, path

from sivient.console import availability, availability_dates, away, holidays_page

urlpatterns: list[URLPattern] = [
    path("availability", availability.availability, name="availability"),
    path("availability/<int:number>", availability.schedule, name="availability-schedule"),
    path("availability/new", availability.schedule_new, name="availability-new"),
    path("availability/<int:number>/duplicate", availability.schedule_duplicate, name="availability-duplicate"),
    path("availability/<int:number>/delete", availability.schedule_delete, name="availability-delete"),
    path("availability/dates", availability_dates.dates, name="availability-dates"),
    path("availability/dates/new", availability_dates.date_new, name="availability-date-new"),
    path("availability/dates/<int:number>", availability_dates.date_edit, name="availability-date"),
    path("availability/dates/<int:number>/remove", availability_dates.date_remove, name="availability-date-remove"),
    path("availability/dates/time-off", away.time_off, name="availability-time-off"),
    path("availability/dates/time-off/<int:number>/remove", away.time_off_remove, name="availability-time-off-remove"),
    path("availability/dates/travel", away.travel, name="availability-travel"),
    path("availability/dates/travel/<int:number>/remove", away.travel_remove, name="availability-travel-remove"),
    path("availability/dates/holidays", holidays_page.holidays_page, name="availability-holidays"),
]
