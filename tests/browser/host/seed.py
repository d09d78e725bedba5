"""Hosts in every state, each with a session: `python -m tests.browser.host.seed` prints the cookies as JSON."""

import json
from typing import Any

import django

from sivient.config.env import name_settings_module

NAMES = ("ready", "unchosen", "free", "disconnected", "reconnecting", "closing", "leaving", "chooser", "second chooser")
CALENDARS = ("calendars", "troubled calendars")  # the second's are all in trouble
PLANNERS = ("planner", "second planner")  # their availability is changed by tests
BOOKED = ("booked", "answering")  # the bookings of the second are changed by tests
OFFERING = ("offering",)  # whose event types are


def main() -> None:
    """Fill the database that the environment names."""
    name_settings_module()
    django.setup()
    print(json.dumps({name: session_of(user) for name, user in hosts().items()}))


def hosts() -> dict[str, Any]:
    """Make the hosts; the pages differ by what they have chosen, connected, paid for and closed."""
    from django.utils import timezone

    from sivient.accounts.models import Identity, User
    from sivient.privacy.services import close
    from sivient.scheduling import services
    from tests.browser.host.booked import make_bookings
    from tests.browser.host.calendared import give_calendars
    from tests.browser.host.offers import make_event_types
    from tests.browser.host.planned import plan
    from tests.factories import connect_zoom

    now = timezone.now()
    made: dict[str, Any] = {
        name: User.objects.create(name="Priya Raman", email=f"{number}@contoso.example")
        for number, name in enumerate(("newcomer", "second newcomer", "undecided"))
    }
    for name in (*NAMES, *CALENDARS, *PLANNERS, *OFFERING, *BOOKED):
        user = User.objects.create(name=f"Host {name.title()}", email=f"{name}@nordlicht.example".replace(" ", "-"))
        Identity.objects.create(
            user=user, provider="google", issuer="x", subject=name, email=user.email, last_used_at=now
        )
        services.open_page(
            user, name=user.name, handle=f"host-{name}".replace(" ", "-"), timezone="Europe/Berlin", now=now
        )
        made[name] = user
    for name in ("ready", "disconnected"):
        connect_zoom(made[name], vendor_user_id=f"of-{name}", user_type=1)
        services.choose_first_platform(made[name], "zoom")
    made["disconnected"].connections.all().delete()
    connect_zoom(made["reconnecting"], state="needs_reconnect", reason="Zoom ended our access.", state_since=now)
    make_event_types(made["ready"])
    plan(made["planner"])
    for name in (*BOOKED, "reconnecting"):
        make_bookings(made[name])
    give_calendars(*(made[name] for name in CALENDARS))
    User.objects.filter(pk=made["free"].pk).update(plan="free")
    close(made["closing"], keep_bookings=False, by="host", now=now)
    return made


def session_of(user: Any) -> str:
    """Return the cookie of a browser in which the user is signed in."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from sivient.accounts.sessions import SessionStore, start

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "sivient.accounts.backend.SignedInBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    start(session)
    session.save()
    return str(session.session_key)


if __name__ == "__main__":
    main()
