"""Who gets mails about a booking: the guest, the host, and the others whom the guest brings."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sivient.booking.models import Booking
from sivient.booking.steps import step_key


class Role(StrEnum):
    """What somebody is to a booking; each role has its own steps."""

    GUEST = "guest"
    HOST = "host"
    OTHER = "other"


INVITES = {Role.GUEST: "delivery.invite", Role.HOST: "delivery.host_invite", Role.OTHER: "delivery.other_invite"}
CANCELLATIONS = {
    Role.GUEST: "delivery.cancellation",
    Role.HOST: "delivery.host_cancellation",
    Role.OTHER: "delivery.other_cancellation",
}


@dataclass(frozen=True, slots=True)
class Reader:
    """One reader of a booking's mails, with the zone (IANA) and clock (12 or 24) in which they read times.

    Of the others only the address is known, so they read the times of the guest who brings them; `number` is their
    place in the booking's list.
    """

    role: Role
    name: str
    address: str
    zone: str
    clock: int
    number: int | None = None

    def key(self, booking: Booking, version: int | None = None) -> str:
        """Return the key of this reader's steps at one version of the booking, the present one if none is named."""
        key = step_key(booking, version)
        return key if self.number is None else f"{key}:{self.number}"


def guest(booking: Booking) -> Reader:
    """Return who booked."""
    return Reader(Role.GUEST, booking.guest_name, booking.guest_email, booking.guest_timezone, booking.guest_clock)


def host(booking: Booking) -> Reader:
    """Return whose time it is."""
    return Reader(Role.HOST, booking.host.name, booking.host.email, booking.host.timezone, 24)


def others(booking: Booking) -> list[Reader]:
    """Return whom the guest brings."""
    zone, clock = booking.guest_timezone, booking.guest_clock
    return [Reader(Role.OTHER, "", address, zone, clock, number) for number, address in enumerate(booking.others)]


def readers(booking: Booking) -> list[Reader]:
    """Return everybody who gets an invite, in the order in which their steps are locked."""
    return [guest(booking), host(booking), *others(booking)]


def reader(booking: Booking, role: Role, number: int | None) -> Reader:
    """Return the reader of a step; `number` tells the others apart."""
    return next(each for each in readers(booking) if (each.role, each.number) == (role, number))


def step_keys(booking: Booking, versions: Iterable[int]) -> list[str]:
    """Return the keys of every reader's steps at these versions."""
    return [f"{step_key(booking, version)}{end}" for version in versions for end in _ends(booking)]


def _ends(booking: Booking) -> list[str]:
    return ["", *(f":{number}" for number in range(len(booking.others)))]
