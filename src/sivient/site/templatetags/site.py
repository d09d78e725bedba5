"""Tags and filters that every template has."""

from datetime import datetime

from django import template
from django.template.context import RequestContext
from django.template.loader import get_template, render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from sivient.core import moments
from sivient.site import csp, menu, zones
from sivient.site.ticket import Ticket

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return an icon of `templates/site/icons/` as inline SVG; it is hidden from screen readers."""
    return SafeString(get_template(f"site/icons/{name}.svg").render())


@register.simple_tag
def zone_script() -> str:
    """Return the one inline script, which the content security policy knows by its hash."""
    return SafeString(csp.ZONE_SCRIPT)


@register.simple_block_tag
def ticket(content: str, ticket: Ticket) -> SafeString:
    """Show a ticket; the lines between the tags are `<li>` elements under the time zone."""
    context = {"ticket": ticket, "month": ticket.month(timezone.now()), "lines": content}
    return render_to_string("site/ticket.html", context)


@register.inclusion_tag("site/menu.html", takes_context=True)
def host_menu(context: RequestContext) -> dict[str, object]:
    """Show the host's menu, with the page we are on marked."""
    match = context["request"].resolver_match
    here = (match.url_name or "") if match else ""
    return {"main": menu.main(here), "settings": menu.settings(here)}


@register.filter
def initials(name: str) -> str:
    """Return up to two letters that stand for a person: 'Mara Lindqvist' is ML."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in [*words[:1], *words[1:][-1:]]).upper() or "?"


@register.filter
def zone_label(zone: str, at: datetime) -> str:
    """Return a zone in words with its offset at that instant: 'Lisbon, UTC+1'."""
    return zones.label(zone, at)


@register.filter
def clock(at: datetime, zone: str) -> str:
    """Return the time of day in a zone: 14:00."""
    return moments.clock(at, zone)


@register.filter
def happened(at: datetime, zone: str) -> str:
    """Return when something happened or will, with seconds, and with its day if that is not today."""
    return moments.happened(at, zone, timezone.now())


@register.filter
def get(mapping: dict[str, object], key: str) -> object:
    """Return the entry of that name; for names that have a hyphen."""
    return mapping.get(key)
