"""Who has an account at the emulated Google. The `sub` values are fixed, so that a demo can prepare an account."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GooglePerson:
    """A Google account. `hd` is the domain of a Workspace account, None for everybody else."""

    key: str
    name: str
    email: str
    sub: str
    hd: str | None = None

    @property
    def about(self) -> str:
        """A few words for the chooser."""
        return "Workspace account" if self.hd else "Google account"


PEOPLE = {
    person.key: person
    for person in (
        GooglePerson(
            key="mara",
            name="Mara Lindqvist",
            email="mara@nordlicht.example",
            sub="108436702951640237718",
            hd="nordlicht.example",
        ),
        GooglePerson(
            key="jonas",
            name="Jonas Weber",
            email="jonas@weber.example",
            sub="115720938846102759463",
        ),
    )
}
