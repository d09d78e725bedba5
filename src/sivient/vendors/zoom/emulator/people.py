"""The Zoom users and accounts that exist from the start, and what each one's meetings inherit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import IntEnum, StrEnum


class Plan(StrEnum):
    """What an account pays for; decides its rate limits (contract chapter 6)."""

    FREE = "Free"
    PRO = "Pro"
    BUSINESS = "Business"


class UserType(IntEnum):
    """`type` of a user in `GET /v2/users/me` (contract chapter 3)."""

    BASIC = 1
    LICENSED = 2
    UNASSIGNED = 4


@dataclass(frozen=True, slots=True)
class Account:
    """A Zoom account: users share its plan and its rate limits. `api_url` is its regional host."""

    id: str
    name: str
    plan: Plan
    api_url: str
    vanity: str


@dataclass(frozen=True, slots=True)
class MeetingDefaults:
    """A user's own meeting settings: every meeting takes them where the request says nothing."""

    waiting_room: bool
    passcode: bool
    auto_recording: str  # none | local | cloud
    join_before_host: bool = False
    host_video: bool = True
    participant_video: bool = True
    mute_upon_entry: bool = False
    use_pmi: bool = False

    def settings(self) -> dict[str, object]:
        """Return them as the `settings` object of a meeting."""
        return {key: value for key, value in asdict(self).items() if key != "passcode"}


@dataclass(frozen=True, slots=True)
class ZoomUser:
    """A person with a Zoom user id. `timezone` may be empty, as on live Zoom."""

    key: str
    id: str
    account: Account
    first_name: str
    last_name: str
    email: str
    type: UserType
    pmi: int
    timezone: str
    defaults: MeetingDefaults

    @property
    def name(self) -> str:
        """The display name."""
        return f"{self.first_name} {self.last_name}"

    @property
    def may_host(self) -> bool:
        """Whether meetings can be scheduled; if not, the API answers 3161."""
        return self.type in (UserType.BASIC, UserType.LICENSED)


class People:
    """All users, found by the short key of the demo, the Zoom user id or the e-mail address."""

    def __init__(self, users: tuple[ZoomUser, ...]) -> None:
        self._users = users
        self._by_name = {name: user for user in users for name in (user.key, user.id, user.email)}

    def __iter__(self) -> Iterator[ZoomUser]:
        return iter(self._users)

    def find(self, name: str) -> ZoomUser | None:
        """Return the user called `name`, or None."""
        return self._by_name.get(name)

    def get(self, user_id: str) -> ZoomUser:
        """Return the user with a known id."""
        return self._by_name[user_id]

    def account_name(self, account_id: str) -> str:
        """Return the name of an account, or its id if nobody of it is here."""
        return next((user.account.name for user in self if user.account.id == account_id), account_id)


NORDLICHT = Account("N0rDLichTqS3aUvXw7yZ1g", "Nordlicht Studio", Plan.BUSINESS, "https://api-eu.zoom.us", "nordlicht")
WEBER = Account("wEb3RjKm5nPq2rSt8vXz0A", "Jonas Weber", Plan.FREE, "https://api.zoom.us", "us02web")
SOUTHBANK = Account("s0uThBaNkL4mQ7pVx9yCdg", "Southbank Partners", Plan.PRO, "https://api-in.zoom.us", "southbank")

SEEDED = (
    ZoomUser(
        "mara", "mAraLq7TQd2fHk0xWv3s9A", NORDLICHT, "Mara", "Lindqvist", "mara@nordlicht.example",
        UserType.LICENSED, 4415550136, "Europe/Berlin",
        MeetingDefaults(waiting_room=True, passcode=True, auto_recording="none"),
    ),
    ZoomUser(
        "jonas", "J0nasWbRk4uYzT6eXc1PgQ", WEBER, "Jonas", "Weber", "jonas@weber.example",
        UserType.BASIC, 5205550172, "",
        MeetingDefaults(waiting_room=False, passcode=True, auto_recording="none", join_before_host=True),
    ),
    ZoomUser(
        "rita", "r1TaFkM8SwaHn5BvZq2LdA", NORDLICHT, "Rita", "Falk", "rita@nordlicht.example",
        UserType.LICENSED, 6335550118, "Europe/Lisbon",
        MeetingDefaults(waiting_room=True, passcode=False, auto_recording="cloud", mute_upon_entry=True),
    ),
    ZoomUser(
        "otto", "oTt0Br4nDRyKx7EhUs9MiQ", NORDLICHT, "Otto", "Brandt", "otto@nordlicht.example",
        UserType.UNASSIGNED, 7025550191, "Europe/Berlin",
        MeetingDefaults(waiting_room=True, passcode=True, auto_recording="none"),
    ),
    ZoomUser(
        "priya", "pR1yaRmN3QoGw6JcLt8VfA", SOUTHBANK, "Priya", "Raman", "priya@southbank.example",
        UserType.LICENSED, 8195550154, "Asia/Kolkata",
        MeetingDefaults(waiting_room=False, passcode=True, auto_recording="local", use_pmi=True),
    ),
)  # fmt: skip
"""Mara and Rita (licensed), Otto (may not host) share an account; Jonas (Basic) and Priya (personal
meeting id on by default) have others, so a private app refuses the two."""
