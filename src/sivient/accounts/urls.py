"""Addresses of the room."""

from django.urls import URLPattern, path

from sivient.accounts import views

urlpatterns: list[URLPattern] = [
    path("sign-in", views.sign_in, name="sign-in"),
    path("sign-in/link", views.login_link, name="login-link"),
    path("sign-in/<slug:provider>", views.start, name="sign-in-start"),
    path("sign-in/<slug:provider>/callback", views.callback, name="sign-in-callback"),
    path("sign-out", views.sign_out, name="sign-out"),
    path("sign-out/everywhere", views.sign_out_everywhere, name="sign-out-everywhere"),
    path("handle-check", views.handle_check, name="handle-check"),
]
