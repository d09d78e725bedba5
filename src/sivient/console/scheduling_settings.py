"""Scheduling settings: the handle, the Meeting Platform, a fallback link, a pause, and whether guests see it all."""

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from sivient.accounts import handles, plans
from sivient.accounts.access import HostRequest, host_page
from sivient.accounts.plans import Feature, PlanTooSmall
from sivient.console.address import page_address, page_prefix
from sivient.console.forms import LineField, free_handle, handle_field
from sivient.console.platform_form import PlatformForm
from sivient.scheduling import platforms, queries, services
from sivient.scheduling.editions import ChangedMeanwhile, settings_edition
from sivient.scheduling.meeting_link import LinkUnfit
from sivient.scheduling.models import SchedulingPage
from sivient.scheduling.services import LONGEST_NOTE
from sivient.site.said import redirect_saying, take

OF_THE_PAGE = ("fallback_link", "paused", "pause_note")  # fields that are columns of the page, too


class SettingsForm(PlatformForm):
    """The handle, the platform, the fallback link and the pause, saved together."""

    field_order = ["handle"]
    handle = handle_field("When you change it, the old address leads to the new one.")
    fallback_link = LineField(
        label="Fallback link",
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
        help_text="Used when Zoom cannot make a meeting in time. A personal room works.",
    )
    paused = forms.BooleanField(required=False)
    pause_note = LineField(
        label="What guests read instead of times",
        required=False,
        widget=forms.TextInput(attrs={"maxlength": str(LONGEST_NOTE)}),
        help_text="Left empty, they read a plain sentence of ours.",
    )

    def clean_handle(self) -> str:
        """Return a handle that is free, or the host's own."""
        return free_handle(self.cleaned_data["handle"], self.user)

    def clean_fallback_link(self) -> str:
        """Return a link that guests can open, or ""."""
        try:
            return platforms.check_fallback(self.cleaned_data["fallback_link"])
        except LinkUnfit as error:
            raise ValidationError(str(error)) from error

    def clean_pause_note(self) -> str:
        """Return a sentence that is short enough."""
        note = str(self.cleaned_data["pause_note"])
        if len(note) > LONGEST_NOTE:
            raise ValidationError(f"The sentence has up to {LONGEST_NOTE} characters.")
        return note


@require_http_methods(["GET", "HEAD", "POST"])
@host_page
def scheduling_settings(request: HostRequest) -> HttpResponse:
    """Show and save the settings."""
    user = request.user
    page = SchedulingPage.objects.filter(host=user).first() or SchedulingPage(host=user)
    begins = {"handle": user.handle} | {name: getattr(page, name) for name in OF_THE_PAGE}
    begins |= PlatformForm.of(page.platform, page.platform_details)
    form = SettingsForm(request.POST or None, initial=begins, user=user, current=page.platform)
    seen, changed = request.POST.get("seen") or settings_edition(page, user.handle), False
    try:
        if request.method == "POST" and form.is_valid() and _saved(request, form, seen):
            return redirect_saying(request, reverse("settings-scheduling"), "Saved.")
    except ChangedMeanwhile as error:
        seen, changed = error.edition, True
    context = {
        "form": form,
        "seen": seen,
        "changed": changed,
        "prefix": page_prefix(),
        "address": page_address(user),
        "published": queries.bookable(user),
        "nothing_to_book": not queries.event_types(user),
        "has_scheduling": plans.allows(user, Feature.SCHEDULING),
        "not_chosen": not page.platform,
        "waits_for_zoom": page.platform == "zoom" and not form.zoom_works,
        "paused": page.paused,
        "done": take(request),
    }
    status = 409 if changed else 422 if form.errors else 200
    return render(request, "console/scheduling_settings.html", context, status=status)


def _saved(request: HostRequest, form: SettingsForm, seen: str) -> bool:
    """Save, or put what the verb refuses beside its field. Raises ChangedMeanwhile."""
    typed = form.cleaned_data
    try:
        services.save_settings(
            request.user,
            handle=typed["handle"],
            platform=typed["platform"],
            details=typed["details"],
            seen=seen,
            **{name: typed[name] for name in OF_THE_PAGE},
        )
    except handles.HandleUnfit as error:
        form.add_error("handle", str(error))
    except (platforms.PlatformUnfit, PlanTooSmall) as error:
        form.add_error("platform", str(error))
    return form.is_valid()
