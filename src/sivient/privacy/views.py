"""Deleting an account, taking that back, and downloading what belongs to it."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sivient.accounts import handles
from sivient.accounts.access import HostRequest, signed_in
from sivient.accounts.models import PURGE_AFTER
from sivient.privacy import services
from sivient.privacy.export import export

WITHOUT_HANDLE = "delete my account"  # what is typed by somebody who never chose a handle


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def delete(request: HostRequest) -> HttpResponse:
    """Say what happens and when, ask for the handle, and close the account."""
    user, now = request.user, timezone.now()
    if user.closed_at is not None:
        return redirect("account-closing")
    word = user.handle or WITHOUT_HANDLE
    typed = request.POST.get("handle", "")[:100]
    if request.method == "POST" and handles.tidy(typed) == word:
        services.close(user, keep_bookings=request.POST.get("bookings") == "keep", by="host", now=now)
        return redirect("account-closing")
    context = {
        "word": word,
        "typed": typed,
        "keep": request.POST.get("bookings") == "keep",
        "problem": request.method == "POST",
        "purge_at": now + PURGE_AFTER,
        "grace_days": PURGE_AFTER.days,
        "upcoming": len(services.upcoming(user, now)),
    }
    return render(request, "privacy/delete.html", context, status=422 if request.method == "POST" else 200)


@require_safe
@signed_in
def closing(request: HostRequest) -> HttpResponse:
    """Say when the account is erased, and offer to restore it."""
    if request.user.closed_at is None:
        return redirect("home")
    purge_at = request.user.purge_at
    context = {"purge_at": purge_at, "restorable": purge_at is not None and purge_at > timezone.now()}
    return render(request, "privacy/closing.html", context)


@require_POST
@signed_in
def restore(request: HostRequest) -> HttpResponse:
    """Open the account again."""
    try:
        services.restore(request.user, by="host", now=timezone.now())
    except services.NotRestorable:
        return redirect("account-closing")
    return render(request, "privacy/restored.html", {"onboarded": request.user.onboarded_at is not None})


@require_POST
@signed_in
def download(request: HostRequest) -> HttpResponse:
    """Send everything that belongs to the account."""
    now = timezone.now()
    response = JsonResponse(export(request.user, now=now), json_dumps_params={"indent": 1, "ensure_ascii": False})
    response.headers["Content-Disposition"] = f'attachment; filename="sivient-{now:%Y-%m-%d}.json"'
    return response
