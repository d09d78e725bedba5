"""Run by Debian's Python: libical's restriction check (RFC 5546) of the object on standard input; prints its errors."""

import sys

import gi

gi.require_version("ICalGLib", "3.0")
from gi.repository import ICalGLib  # noqa: E402


def errors(component: ICalGLib.Component) -> list[str]:
    """Return what libical has to say about a component and those in it."""
    found = []
    error = component.get_first_property(ICalGLib.PropertyKind.XLICERROR_PROPERTY)
    while error:
        found.append(error.as_ical_string().strip())
        error = component.get_next_property(ICalGLib.PropertyKind.XLICERROR_PROPERTY)
    inner = component.get_first_component(ICalGLib.ComponentKind.ANY_COMPONENT)
    while inner:
        found += errors(inner)
        inner = component.get_next_component(ICalGLib.ComponentKind.ANY_COMPONENT)
    return found


component = ICalGLib.Component.new_from_string(sys.stdin.read())
if component is None:
    sys.exit("cannot be parsed")
good = ICalGLib.restriction_check(component)
print("\n".join(errors(component)))
sys.exit(0 if good else 1)
