"""What every view of the Integrations page needs: the vendor that an address names, and the way back to the page."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from sivient.integrations import registry
from sivient.integrations.registry import UnknownVendor
from sivient.ports.vendor import Provider
from sivient.site.said import redirect_saying


def known_provider(vendor: str) -> Provider:
    """Return the vendor of an address; Http404 if there is none of this name."""
    try:
        return registry.provider(vendor)
    except UnknownVendor:
        raise Http404 from None


def page(vendor: str, said: str) -> str:
    """Return the address of the Integrations page that says how something with the vendor ended."""
    return f"{reverse('settings-integrations')}?{urlencode({vendor: said})}"


def back(vendor: str, said: str) -> HttpResponse:
    """Lead to the Integrations page, which says how something with the vendor ended."""
    return redirect(page(vendor, said))


def back_to_calendars(request: HttpRequest, sentence: str) -> HttpResponse:
    """Lead to the calendars of the Integrations page, where the sentence stands once."""
    answer = redirect_saying(request, reverse("settings-integrations"), sentence)
    answer["Location"] += "#calendars"
    return answer
