"""The private links of one event type: making them, handing them out, taking them away."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from sivient.accounts.access import HostRequest, host_page
from sivient.console.address import private_address
from sivient.console.date_forms import PAST
from sivient.console.forms import HostForm, LineField
from sivient.core import moments
from sivient.core.interval import SECOND, YEARS
from sivient.scheduling.event_types import EventTypeUnfit, add_private_link, remove_private_link
from sivient.scheduling.models import EventType, PrivateLink
from sivient.site.said import redirect_saying, take

MADE = "The link is made. Copy it from the list."
REMOVED = "The link is removed. Nobody can book by it."


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One link; `facts` say when it was made, used, and until when it is good."""

    link: PrivateLink
    address: str
    open: bool
    facts: str


class LinkForm(HostForm):
    """What a new link is called, and when it ends."""

    label = LineField(
        label="Whom it is for",
        required=False,
        widget=forms.TextInput(attrs={"maxlength": "60"}),
        help_text="For you alone: guests do not see it.",
    )
    last_day = forms.DateField(
        label="Last day",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        help_text="The whole day counts. Left empty, it does not expire.",
        error_messages={"invalid": "Enter a date such as 2026-12-24."},
    )
    single_use = forms.BooleanField(required=False)

    def clean_last_day(self) -> date | None:
        """Return a day that calendars have."""
        last: date | None = self.cleaned_data["last_day"]
        if last and last.year not in YEARS:
            raise ValidationError(PAST if last.year < YEARS.start else "Choose a date before the year 3000.")
        return last

    def ends(self, zone: str) -> datetime | None:
        """Return the midnight after the last day, or None."""
        last = self.cleaned_data["last_day"]
        return datetime.combine(last + timedelta(days=1), time(), ZoneInfo(zone)) if last else None


@require_http_methods(["GET", "HEAD", "POST"])
@host_page
def event_type_links(request: HostRequest, number: int) -> HttpResponse:
    """List the links, and make one."""
    event_type = get_object_or_404(request.user.event_types, pk=number)
    now, zone = timezone.now(), request.user.timezone
    form = LinkForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _made(request, event_type, form, now):
        return redirect_saying(request, reverse("event-type-links", args=[number]), MADE)
    context = {
        "event_type": event_type,
        "links": list(_rows(event_type, zone, now)),
        "form": form,
        "done": take(request),
        "here": "links",
    }
    return render(request, "console/event_type_links.html", context, status=422 if form.errors else 200)


@require_POST
@host_page
def event_type_link_remove(request: HostRequest, number: int, link: int) -> HttpResponse:
    """Take a link away."""
    event_type = get_object_or_404(request.user.event_types, pk=number)
    remove_private_link(request.user, get_object_or_404(event_type.private_links, pk=link))
    return redirect_saying(request, reverse("event-type-links", args=[number]), REMOVED)


def _made(request: HostRequest, event_type: EventType, form: LinkForm, now: datetime) -> bool:
    """Make the link, or put what the verb refuses beside its field."""
    typed = form.cleaned_data
    try:
        add_private_link(
            request.user,
            event_type,
            label=typed["label"],
            single_use=typed["single_use"],
            expires_at=form.ends(request.user.timezone),
            now=now,
        )
    except EventTypeUnfit as error:
        for name, sentence in error.problems.items():
            form.add_error("last_day" if name == "expires_at" else name, sentence)
    return form.is_valid()


def _rows(event_type: EventType, zone: str, now: datetime) -> Iterator[LinkRow]:
    for link in event_type.private_links.all():
        facts = [f"Made {moments.day(link.created_at, zone)}"]
        if link.used_at:
            facts.append(f"{'used' if link.single_use else 'last used'} {moments.day(link.used_at, zone)}")
        if link.expires_at:
            facts.append(f"good until the end of {moments.day(link.expires_at - SECOND, zone)}")
        yield LinkRow(link, private_address(link), link.is_open(now), ", ".join(facts))
