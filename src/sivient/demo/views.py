"""The tour: what to do in the demo, ticked off as it really happens."""

import secrets
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST

from sivient.booking.models import Booking
from sivient.demo import controls
from sivient.demo.people import HANDLE
from sivient.demo.progress import CROWD, GUEST_ZONE, progress
from sivient.demo.stage import load
from sivient.jobs.queue import enqueue
from sivient.scheduling import queries
from sivient.scheduling.rules import whole_window


@ensure_csrf_cookie
def tour(request: HttpRequest) -> HttpResponse:
    """The page."""
    stage = load(settings.DEMO_DIR)
    context = {
        "stage": stage,
        "handle": HANDLE,
        "guest_zone": GUEST_ZONE,
        "progress": progress(stage),
        "last": Booking.objects.filter(host__handle=HANDLE).order_by("-pk").first(),
        "status_token": settings.STATUS_TOKEN,
        "problem": request.GET.get("problem", ""),
    }
    return render(request, "demo/tour.html", context)


def progress_json(request: HttpRequest) -> JsonResponse:
    """The same facts for the page to tick its steps."""
    return JsonResponse(progress(load(settings.DEMO_DIR)))


@require_POST
def switch_zoom(request: HttpRequest) -> HttpResponse:
    """Let the emulated Zoom answer 503, or let it work again."""
    stage = load(settings.DEMO_DIR)
    done = controls.switch_zoom(stage.zoom, answers_503=request.POST.get("answers_503") == "on")
    return redirect(reverse("tour") + ("#late" if done else "?problem=zoom#late"))


@require_POST
def send_crowd(request: HttpRequest) -> HttpResponse:
    """Send 64 guests to the next free time of the prepared person."""
    host = queries.published(HANDLE)
    event_type = queries.event_types(host)[0] if host else None
    now = timezone.now()
    free = queries.offered(event_type, window=whole_window(event_type, now), now=now) if event_type else []
    if not host or not event_type or not free:
        return redirect(reverse("tour") + "?problem=page#crowd")
    at = datetime.fromtimestamp(free[0], UTC)
    address = settings.BASE_URL + reverse("confirm", args=[host.handle, event_type.slug])
    page = f"{address}?{urlencode({'at': f'{at:%Y-%m-%dT%H:%MZ}', 'tz': 'Europe/Berlin'})}"
    enqueue(CROWD, key=f"crowd:{secrets.token_hex(4)}", payload={"page": page})
    return redirect(reverse("tour") + "#crowd")
