"""Event types: the list, the editor, and taking one away."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from sivient.accounts.access import HostRequest, host_page
from sivient.accounts.plans import PlanTooSmall
from sivient.console.address import page_address
from sivient.console.event_types_form import EventTypeForm
from sivient.console.platform_form import PlatformForm
from sivient.integrations.queries import connected
from sivient.scheduling import platforms, queries, services
from sivient.scheduling.models import EventType, Platform, SchedulingPage

NEW = {"minutes": 30, "minimum_notice": 240, "buffer_before": 0, "buffer_after": 0, "window_days": 56, "active": True}


@require_safe
@host_page
def event_types(request: HostRequest) -> HttpResponse:
    """List what can be booked, and what is switched off."""
    zoom_works = connected(request.user, "zoom")
    rows = [
        {
            "event_type": each,
            "address": page_address(request.user, each.slug),
            "platform": _platform_label(each, zoom_works=zoom_works),
        }
        for each in request.user.event_types.select_related("host__page")
    ]
    context = {
        "rows": rows,
        "published": queries.bookable(request.user),
        "done": next((word for word in ("saved", "deleted") if word in request.GET), ""),
        "full": len(rows) >= services.MOST_EVENT_TYPES,
    }
    return render(request, "console/event_types.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@host_page
def event_type_new(request: HostRequest) -> HttpResponse:
    """Add an event type."""
    if request.user.event_types.count() >= services.MOST_EVENT_TYPES:
        return redirect("event-types")
    return _editor(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@host_page
def event_type_edit(request: HostRequest, number: int) -> HttpResponse:
    """Change an event type."""
    return _editor(request, get_object_or_404(request.user.event_types, pk=number))


@require_http_methods(["GET", "HEAD", "POST"])
@host_page
def event_type_delete(request: HostRequest, number: int) -> HttpResponse:
    """Ask, then take an event type away."""
    event_type = get_object_or_404(request.user.event_types, pk=number)
    if request.method == "POST":
        services.delete_event_type(request.user, event_type)
        return redirect(f"{reverse('event-types')}?deleted")
    return render(request, "console/event_type_delete.html", {"event_type": event_type})


def _editor(request: HostRequest, event_type: EventType | None) -> HttpResponse:
    user = request.user
    begins = EventTypeForm.of(event_type) if event_type else NEW
    current, details = (event_type.platform, event_type.platform_details) if event_type else ("", "")
    form = EventTypeForm(request.POST or None, initial=begins)
    place = PlatformForm(
        request.POST or None,
        initial=PlatformForm.of(current, details),
        user=user,
        current=current,
        inherits=f"As in Scheduling settings ({_settings_label(request)})",
    )
    if request.method == "POST" and form.is_valid() & place.is_valid() and _saved(request, event_type, form, place):
        return redirect(f"{reverse('event-types')}?saved")
    mistakes = form.mistakes() + place.mistakes()
    context = {"form": form, "place": place, "event_type": event_type, "mistakes": mistakes}
    return render(request, "console/event_type.html", context, status=422 if mistakes else 200)


def _saved(request: HostRequest, event_type: EventType | None, form: EventTypeForm, place: PlatformForm) -> bool:
    """Save, or put what the verb refuses beside its field."""
    draft = form.draft(platform=place.cleaned_data["platform"], details=place.cleaned_data["details"])
    try:
        services.save_event_type(request.user, draft, event_type)
    except services.SlugTaken:
        form.add_error("slug", "Another of your event types has this address.")
    except services.TooManyEventTypes:
        form.add_error(None, f"A page lists up to {services.MOST_EVENT_TYPES} event types. Delete one first.")
    except (platforms.PlatformUnfit, PlanTooSmall) as error:
        place.add_error("platform", str(error))
    return form.is_valid() and place.is_valid()


def _settings_label(request: HostRequest) -> str:
    page = SchedulingPage.objects.filter(host=request.user).first()
    return Platform(page.platform).label if page and page.platform else "not chosen"


def _platform_label(event_type: EventType, *, zoom_works: bool) -> str:
    """Return where its meetings happen, in words."""
    meeting = queries.meeting_of(event_type)
    if not meeting.platform:
        return "No Meeting Platform chosen"
    waits = meeting.platform == Platform.ZOOM and not zoom_works
    return Platform(meeting.platform).label + (" (not connected)" if waits else "")
