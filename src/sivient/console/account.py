"""Account: who the host is, the ways to sign in, the look, and the ways out."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from sivient.accounts import services
from sivient.accounts.access import HostRequest, host_page
from sivient.accounts.models import PURGE_AFTER
from sivient.console.forms import ProfileForm
from sivient.site.said import redirect_saying, take

THEMES = {"": "As my device", "light": "Light", "dark": "Dark"}
THEME_LIFETIME = 365 * 24 * 60 * 60  # seconds


@require_http_methods(["GET", "HEAD", "POST"])
@host_page
def account(request: HostRequest) -> HttpResponse:
    """Show the account, and save the profile."""
    user = request.user
    begins = {"name": user.name, "timezone": user.timezone}
    form = ProfileForm(request.POST or None, initial=begins, now=timezone.now())
    if request.method == "POST" and form.is_valid():
        services.save_profile(user, name=form.cleaned_data["name"], timezone=form.cleaned_data["timezone"])
        return redirect_saying(request, reverse("settings-account"), "Saved.")
    context = {
        "form": form,
        "user": user,
        "identities": user.identities.order_by("created_at"),
        "sessions": user.sessions.filter(expire_date__gt=timezone.now()).count(),
        "themes": THEMES.items(),
        "theme": request.COOKIES.get("theme", ""),
        "grace_days": PURGE_AFTER.days,
        "done": take(request),
    }
    return render(request, "console/account.html", context, status=422 if form.errors else 200)


@require_POST
@host_page
def theme(request: HostRequest) -> HttpResponse:
    """Remember light or dark in this browser."""
    response = redirect("settings-account")
    wanted = request.POST.get("theme", "")
    if wanted in ("light", "dark"):
        response.set_cookie("theme", wanted, max_age=THEME_LIFETIME, secure=settings.SECURE, samesite="Lax")
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response
