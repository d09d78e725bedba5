"""Addresses of the room."""

from django.urls import URLPattern, path

from sivient.privacy import views

urlpatterns: list[URLPattern] = [
    path("settings/account/delete", views.delete, name="settings-account-delete"),
    path("settings/account/download", views.download, name="account-export"),
    path("account/closing", views.closing, name="account-closing"),
    path("account/restore", views.restore, name="account-restore"),
]
