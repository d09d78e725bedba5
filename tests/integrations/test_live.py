"""A host's live connection: what it may do, and what its caller hears before each request leaves."""

import dataclasses
from dataclasses import dataclass, field

import pytest

from sivient.accounts.models import User
from sivient.integrations import queries, services
from sivient.integrations.models import Grant
from sivient.ports.conferencing import Ability
from sivient.ports.errors import Reconnect, Rejected, TryLater
from sivient.vendors.zoom.emulator import ZoomEmulator
from tests.factories import make_host
from tests.integrations.making import a_meeting, ages
from tests.integrations.zoom import calls, connect, emulated

pytestmark = [pytest.mark.django_db, pytest.mark.db]
EVERYTHING = (
    "meeting:write:meeting",
    "user:read:user",
    "meeting:update:meeting",
    "meeting:delete:meeting",
    "meeting:read:list_meetings",
)


@dataclass
class Watch:
    """Notes how many requests of each kind had left whenever a caller was told that the next one leaves."""

    zoom: ZoomEmulator
    seen: list[tuple[int, int]] = field(default_factory=list)

    def __call__(self) -> None:
        meetings = calls(self.zoom, "POST", "/v2/users/me/meetings")
        self.seen.append((calls(self.zoom, "POST", "/oauth/token"), meetings))


def test_the_caller_hears_of_the_request_after_the_token_and_before_the_meeting(host: User, zoom: ZoomEmulator) -> None:
    connect(host, zoom)
    ages(minutes=0)
    watch = Watch(zoom)
    services.conferencing_for(host, "zoom").create(a_meeting(), before=watch)
    assert watch.seen == [(2, 0)]


def test_a_meeting_whose_time_has_come_is_neither_made_nor_moved(host: User, zoom: ZoomEmulator) -> None:
    connect(host, zoom)
    vendor, late, asked = services.conferencing_for(host, "zoom"), a_meeting(days=-1), len(zoom.calls)
    for change in (lambda: vendor.create(late), lambda: vendor.move("85012345678", late)):
        with pytest.raises(Rejected, match="time has come"):
            change()
    assert len(zoom.calls) == asked


def test_the_caller_hears_of_a_repeated_request_again(host: User, zoom: ZoomEmulator) -> None:
    connect(host, zoom)
    zoom.fail_next["POST /v2/users/me/meetings"] += [401]
    watch = Watch(zoom)
    services.conferencing_for(host, "zoom").create(a_meeting(), before=watch)
    assert watch.seen == [(1, 0), (2, 1)]


def test_the_caller_hears_nothing_when_no_request_leaves(host: User, zoom: ZoomEmulator) -> None:
    connect(host, zoom)
    ages(minutes=0)
    zoom.inject("token-fails")
    watch = Watch(zoom)
    with pytest.raises(TryLater):
        services.conferencing_for(host, "zoom").create(a_meeting(), before=watch)
    assert watch.seen == []


def test_what_the_caller_finds_out_before_the_request_stops_it(host: User, zoom: ZoomEmulator) -> None:
    class LeaseLost(Exception):
        pass

    def gone() -> None:
        raise LeaseLost

    connect(host, zoom)
    with pytest.raises(LeaseLost):
        services.conferencing_for(host, "zoom").create(a_meeting(), before=gone)
    assert zoom.meetings == []
    assert Grant.objects.get().changes == 0


def test_with_the_two_permissions_there_is_nothing_but_making(host: User, zoom: ZoomEmulator) -> None:
    connect(host, zoom)
    assert queries.abilities(host, "zoom") == services.conferencing_for(host, "zoom").abilities == frozenset()


def test_with_more_permissions_meetings_are_found_moved_and_deleted(host: User) -> None:
    with emulated(scopes=EVERYTHING) as zoom:
        connect(host, zoom)
        asked = list(zoom.calls)
        assert queries.abilities(host, "zoom") == frozenset(Ability)
        live = services.conferencing_for(host, "zoom")
        assert live.abilities == frozenset(Ability)
        assert zoom.calls == asked  # from the database alone
        made = live.create(a_meeting())
        live.move(made.external_id, a_meeting(days=9))
        assert Grant.objects.get().changes == 2
        live.delete(made.external_id)
        assert zoom.meetings == []
        assert Grant.objects.get().changes == 2


def test_a_refused_token_is_renewed_for_every_kind_of_call(host: User) -> None:
    with emulated(scopes=EVERYTHING) as zoom:
        connect(host, zoom)
        live = services.conferencing_for(host, "zoom")
        asked = dataclasses.replace(a_meeting(), reference="ABC123")
        made = live.create(asked)
        for call in (
            lambda: live.find(asked),
            lambda: live.move(made.external_id, a_meeting(days=8)),
            lambda: live.delete(made.external_id),
        ):
            zoom.inject("token-dies-now")
            call()
        assert Grant.objects.get().token_version == 4


@pytest.mark.parametrize("state", ["needs_reconnect", "not connected"])
def test_without_a_permission_there_are_no_abilities(state: str, host: User) -> None:
    with emulated(scopes=EVERYTHING) as zoom:
        connect(host, zoom)
        Grant.objects.update(state="needs_reconnect", reason="Zoom says no.")
        user = host if state == "needs_reconnect" else make_host()
        asked = list(zoom.calls)
        assert queries.abilities(user, "zoom") == frozenset()
        with pytest.raises(Reconnect):
            services.conferencing_for(user, "zoom")
        assert zoom.calls == asked


def test_no_meeting_is_moved_into_the_past(host: User, zoom: ZoomEmulator) -> None:
    connect(host, zoom)
    with pytest.raises(Rejected):
        services.conferencing_for(host, "zoom").move("1", a_meeting(days=-1))
