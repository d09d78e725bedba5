"""The start page, and the host's plan."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sivient.accounts import plans, providers, signup
from sivient.accounts.access import HostRequest, host_page
from sivient.accounts.plans import Feature
from sivient.site.csp import form_targets


@require_safe
@never_cache
@form_targets(providers.origins)
def home(request: HttpRequest) -> HttpResponse:
    """Lead hosts to their bookings; tell everybody else what this is."""
    if request.user.is_authenticated:
        return redirect("bookings")
    context = {"providers": providers.configured().values(), "may_create": not signup.by_invitation()}
    return render(request, "console/home.html", context)


@require_safe
@host_page
def plan(request: HostRequest) -> HttpResponse:
    """Say what the account has, and what Pro adds."""
    context = {
        "plan": request.user.get_plan_display(),
        "has_scheduling": plans.allows(request.user, Feature.SCHEDULING),
        "pro_adds": plans.PRO_ADDS,
        "support_email": settings.SUPPORT_EMAIL,
    }
    return render(request, "console/plan.html", context)
