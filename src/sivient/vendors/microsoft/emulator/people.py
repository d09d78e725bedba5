"""Who has an account at the emulated Microsoft, and which calendars. `tid`, `oid` and ids of calendars are fixed."""

from dataclasses import dataclass

from sivient.vendors.calendar_emulator import Account, Calendar

PERSONAL_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"  # of every personal account (contract chapter 2.1)


@dataclass(frozen=True, slots=True)
class MicrosoftPerson:
    """A Microsoft account: `oid` in the tenant `tid`. `email` is whatever the tenant's admin typed, or nothing."""

    key: str
    name: str
    sign_in_name: str  # the preferred_username claim
    tid: str
    oid: str
    tenant: str
    email: str | None = None
    zone: str = "Europe/Berlin"

    @property
    def user_id(self) -> str:
        """The id that Graph knows them by: the oid of a work account, the end of it of a personal one."""
        return self.oid.replace("-", "")[16:] if self.tid == PERSONAL_TENANT else self.oid

    @property
    def about(self) -> str:
        """A few words for the chooser: two people may show the same e-mail address."""
        if self.tid == PERSONAL_TENANT:
            return "Personal account"
        return f"Work account at {self.tenant}"


PEOPLE = {
    person.key: person
    for person in (
        MicrosoftPerson(
            key="priya",
            name="Priya Raman",
            sign_in_name="priya@contoso.example",
            tid="3f0c6d4e-91b7-4f65-9d0a-5b8f7e2c1a46",
            oid="b7d2f1a8-6c35-4e0b-8f49-2a61c9d7e503",
            tenant="Contoso",
            email="priya@contoso.example",
            zone="Europe/London",
        ),
        # Not the Mara of Google: an admin of another tenant typed her address (nOAuth, contract chapter 2.2).
        MicrosoftPerson(
            key="mara",
            name="Mara Lindqvist",
            sign_in_name="m.lindqvist@fabrikam.example",
            tid="c41e8a97-2d60-4b13-a5f8-70d9e6b3c528",
            oid="5e93ab04-f7d1-4c86-b2e0-918c4d6f7a3b",
            tenant="Fabrikam",
            email="mara@nordlicht.example",
        ),
        MicrosoftPerson(
            key="tomas",
            name="Tomás Rivera",
            sign_in_name="tomas.rivera@outlook.example",
            tid=PERSONAL_TENANT,
            oid="00000000-0000-0000-8d3c-47b1e0f59a62",
            tenant="",
            email="tomas.rivera@outlook.example",
            zone="America/New_York",
        ),
    )
}

ACCOUNTS = [Account(person.key, person.name, person.sign_in_name, person.zone) for person in PEOPLE.values()]


def calendar_id(person: str, name: str) -> str:
    """Return a calendar's id, which looks like Microsoft's: long, and with an equals sign at its end."""
    return f"AAMkAGVmMDEzMTM4LTZmYWUtNDdkNC1hMDZiLTU1OGY5OTZhYmY4OA-{person}-{name}="


CALENDARS = [
    calendar
    for person in PEOPLE.values()
    for calendar in (
        Calendar(calendar_id(person.key, "calendar"), person.key, "Calendar", person.zone, primary=True),
        Calendar(calendar_id(person.key, "projects"), person.key, "Projects", person.zone),
        Calendar(calendar_id(person.key, "holidays"), person.key, "Holidays", person.zone, role="reader"),
    )
]
