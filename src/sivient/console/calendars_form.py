"""What a host types to connect a calendar that has no consent page: a server and an app password, or an address."""

import re
from typing import Any
from urllib.parse import quote

from django import forms

from sivient.console.forms import HostForm, LineField
from sivient.integrations.models import Grant
from sivient.ports.errors import IntegrationError, Rejected, TryLater
from sivient.ports.vendor import Entered
from sivient.ports.web_address import NOT_ONE, WITH_USER, web_address

ICLOUD, FASTMAIL, NEXTCLOUD, OTHER = "icloud", "fastmail", "nextcloud", "other"
# Where an app password is made: servers that have them accept no other password here (calendars contract chapter 3).
PLACES = {
    ICLOUD: ("iCloud", "App password: account.apple.com, Sign-In and Security, App-Specific Passwords."),
    FASTMAIL: (
        "Fastmail",
        "App password: Settings, Privacy & Security, Manage app passwords; allow calendars.",
    ),
    NEXTCLOUD: ("Nextcloud", "App password: Personal settings, Security, Create new app password."),
    OTHER: ("Another CalDAV server", "Whoever runs it tells you its CalDAV address."),
}
LONGEST_ADDRESS = 500
NO_USER = "Leave the user and the password out of the address. A published calendar asks for none."
_WEBCAL = re.compile("^webcals?://", re.IGNORECASE)  # what calendar programs call https
_ADDRESSES = {
    NEXTCLOUD: "cloud",
    OTHER: "address",
}  # where a place's address is typed


def _line(label: str, help_text: str = "", **attributes: str) -> LineField:
    return LineField(
        label=label,
        help_text=help_text,
        required=False,
        max_length=LONGEST_ADDRESS,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"} | attributes),
        error_messages={"max_length": f"This has up to {LONGEST_ADDRESS} characters."},
    )


class CalDavForm(HostForm):
    """Where the calendar is, who signs in, and the app password. The password never comes back to the page."""

    place = forms.ChoiceField(
        choices=[(place, label) for place, (label, _) in PLACES.items()],
        error_messages=dict.fromkeys(("invalid_choice", "required"), "Choose where your calendar is."),
    )
    cloud = _line("Address of your Nextcloud", "As you open it in your browser: cloud.example.org", inputmode="url")
    address = _line("CalDAV address", "It begins with https://", inputmode="url")
    user = _line("User name", "iCloud and Fastmail: your email address there.", autocomplete="off")
    password = forms.CharField(
        label="App password",
        strip=True,
        max_length=LONGEST_ADDRESS,
        help_text="A password made for Sivient alone, not the one you sign in with. You can withdraw it there.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "Enter the app password.",
            "max_length": f"This has up to {LONGEST_ADDRESS} characters.",
        },
    )

    @classmethod
    def of(cls, grant: Grant | None) -> dict[str, object]:
        """Return what the form begins with: of a connection that is to be renewed all but the password."""
        if grant is None:
            return {"place": ICLOUD}
        return {"place": OTHER, "address": grant.address, "user": grant.email}

    def places(self) -> list[tuple[str, str, str, bool, forms.BoundField | None]]:
        """Return (value, label, hint, whether it is chosen, field of its address) of each place."""
        chosen = self["place"].value()
        return [
            (value, label, hint, value == chosen, self[_ADDRESSES[value]] if value in _ADDRESSES else None)
            for value, (label, hint) in PLACES.items()
        ]

    def clean(self) -> dict[str, Any]:
        """Ask for the address where the place needs one, and for nothing that belongs to another place."""
        typed = super().clean() or {}
        place = typed.get("place", "")
        for name in {*_ADDRESSES.values()} - {_ADDRESSES.get(place)}:
            self.errors.pop(name, None)
        name = _ADDRESSES.get(place, "")
        if name and name not in self.errors:
            mistake = _mistake(str(typed[name])) if typed.get(name) else "Enter the address."
            if mistake:
                self.add_error(name, mistake)
        if "user" not in self.errors and not typed.get("user"):
            self.add_error("user", "Enter the user name.")
        return typed

    def trouble(self, error: IntegrationError) -> str:
        """Return why it was not connected; of a place whose address we know, nothing about checking an address."""
        place = str(self.cleaned_data["place"])
        if isinstance(error, TryLater) and place not in _ADDRESSES:
            return f"{PLACES[place][0]} could not be reached. Try again in a few minutes."
        return str(error)

    def entered(self) -> Entered:
        """Return what was typed, for the verb."""
        typed = self.cleaned_data
        user = str(typed["user"])
        addresses = {
            ICLOUD: "https://caldav.icloud.com/",
            FASTMAIL: f"https://caldav.fastmail.com/dav/principals/user/{quote(user, safe='@')}/",
            NEXTCLOUD: _nextcloud(typed.get("cloud", "")),
            OTHER: _with_scheme(typed.get("address", "")),
        }
        return Entered(addresses[typed["place"]], user, str(typed["password"]))


class AddressForm(HostForm):
    """The address of a calendar that is published as a file. It may be a secret."""

    address = LineField(
        label="Calendar address",
        max_length=2000,
        help_text="It begins with https:// or webcal:// and often ends in .ics. Whoever has it can read the calendar: "
        "we keep it encrypted and show it to nobody.",
        widget=forms.TextInput(
            attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off", "inputmode": "url"}
        ),
        error_messages={"required": "Enter the address.", "max_length": "An address has up to 2000 characters."},
    )

    @classmethod
    def of(cls, grant: Grant | None) -> dict[str, object]:
        """Return what the form begins with: nothing."""
        return {}

    def clean_address(self) -> str:
        """Return the address; what is none is not asked for."""
        typed = str(self.cleaned_data["address"])
        mistake = _mistake(_WEBCAL.sub("https://", typed))
        if mistake:
            raise forms.ValidationError(NO_USER if mistake == WITH_USER else mistake)
        return typed

    def trouble(self, error: IntegrationError) -> str:
        """Return why it was not connected."""
        return str(error)

    def entered(self) -> Entered:
        """Return what was typed, for the verb."""
        return Entered(_with_scheme(str(self.cleaned_data["address"])))


def _mistake(address: str) -> str:
    """Return what is wrong with an address as far as it can be seen without asking for it; "" for nothing.

    One word alone is the name of a server only to whoever runs the network: they type http:// or a port with it.
    """
    try:
        host = web_address(address).host
    except Rejected as error:
        return str(error)
    return "" if "." in host or ":" in address else NOT_ONE


def _with_scheme(address: str) -> str:
    return address if "://" in address else f"https://{address}"


def _nextcloud(address: str) -> str:
    """Return where a Nextcloud has its calendars, from any of the addresses that it is known by."""
    root = _with_scheme(address).partition("/remote.php")[0].partition("/index.php")[0].partition("/apps/")[0]
    return f"{root.rstrip('/')}/remote.php/dav/"
