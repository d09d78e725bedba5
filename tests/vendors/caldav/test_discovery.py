"""From what a host typed to their calendars, or to a sentence that says what is wrong with it."""

import dataclasses

import pytest

from sivient.ports.errors import IntegrationError, OutcomeUnknown, Rejected, TryLater
from sivient.ports.vendor import Entered, VendorAccount
from sivient.vendors.caldav import discovery, enter
from tests.vendors.caldav.servers import APP, PASSWORD, PATIENCE, USER, Server, free_port
from tests.vendors.httpd import Handler, Reply, Request, multistatus, served

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{n} "{"&a" + (str(n - 1) if n else "") + ";"}">' for n in range(1, 9))
    + ']><d:multistatus xmlns:d="DAV:">&a8;</d:multistatus>'
)


def entered(address: str, user: str = USER, password: str = PASSWORD) -> VendorAccount:
    return enter(APP, Entered(address, user, password), PATIENCE)


@pytest.mark.parametrize("path", ["", "/", "/mara@example.org/", "/.well-known/caldav", "/nothing/here/"])
def test_radicale_is_found_from_many_addresses(path: str, radicale_server: Server) -> None:
    if not path:
        radicale_server.make_calendar("found")
    account = entered(radicale_server.base + path)
    assert account.email == USER
    assert account.address == account.user_id == f"{radicale_server.base}/mara@example.org/"


def test_xandikos_is_found_and_has_calendars(xandikos_server: Server) -> None:
    account = entered(xandikos_server.base)
    assert (account.user_id, account.address) == (
        f"{xandikos_server.base}/user/",
        f"{xandikos_server.base}/user/calendars/",
    )


def test_calendars_are_listed_with_their_names_and_zones(server: Server) -> None:
    zone = "<c:calendar-timezone>BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VTIMEZONE\nTZID:Asia/Tokyo\n" + (
        "BEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0900\nTZOFFSETTO:+0900\nEND:STANDARD\n"
        "END:VTIMEZONE\nEND:VCALENDAR\n</c:calendar-timezone>"
    )
    address = server.make_calendar("tokyo", zone)
    todo = '<c:supported-calendar-component-set><c:comp name="VTODO"/></c:supported-calendar-component-set>'
    tasks = server.make_calendar("tasks", todo)
    found = {each.external_id: each for each in server.enter().list()}
    assert (found[address].name, found[address].timezone, found[address].writable) == ("Tokyo", "Asia/Tokyo", True)
    assert tasks not in found
    assert sum(each.primary for each in found.values()) == 1


@pytest.mark.parametrize(("user", "password"), [(USER, "wrong"), ("nobody", PASSWORD), (USER, "ä€")])
def test_a_wrong_password_is_said_so_and_leads_to_the_app_password(
    user: str, password: str, radicale_server: Server
) -> None:
    with pytest.raises(Rejected) as caught:
        entered(radicale_server.base, user, password)
    assert str(caught.value) == discovery.PASSWORD
    assert "app password" in discovery.PASSWORD


@pytest.mark.parametrize(("user", "password"), [("", "x"), ("  ", "x"), ("x", "")])
def test_both_words_are_needed(user: str, password: str) -> None:
    with pytest.raises(Rejected, match="user and the app password"):
        entered("https://calendar.test", user, password)


def test_a_private_network_is_refused_unless_the_operator_allows_it(radicale_server: Server) -> None:
    strict = dataclasses.replace(APP, networks=())
    for address in (radicale_server.base.replace("http:", "https:"), "https://10.0.0.1/", "https://[::1]/"):
        with pytest.raises(Rejected, match="private network"):
            enter(strict, Entered(address, USER, PASSWORD), PATIENCE)


def test_nobody_at_the_address_is_tried_later() -> None:
    with pytest.raises(TryLater):
        entered(f"http://127.0.0.1:{free_port()}")


def refused(handler: Handler) -> str:
    """What a host is told about a server that answers like that."""
    with served(handler) as base, pytest.raises(IntegrationError) as caught:
        entered(base)
    assert "127.0.0.1" not in str(caught.value)
    assert PASSWORD not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, "<html>Welcome</html>"),
        Reply(404),
        Reply(405),
        Reply(207, "<html>no XML <br></html>"),
        Reply(207, BOMB),
        Reply(207, '<d:multistatus xmlns:d="DAV:"/>'),
        Reply(207, b"\xff\xfe\x00"),
        multistatus(("/", "<d:resourcetype/>")),
        multistatus(("http://[", "<d:resourcetype/>")),
    ],
    ids=range(9),
)
def test_what_is_no_caldav_server_is_said_so(reply: Reply) -> None:
    assert refused(lambda request: reply) == discovery.NOT_CALDAV


def test_an_answer_of_50_mb_is_not_read() -> None:
    assert "sent more than 5 MB" in refused(lambda request: Reply(207, b" " * 50_000_000))


def test_a_redirect_to_another_host_gets_no_password() -> None:
    stolen: list[Request] = []

    def thief(request: Request) -> Reply:
        stolen.append(request)
        return Reply(401)

    with served(thief) as elsewhere:
        other = elsewhere.replace("127.0.0.1", "127.0.0.2")
        assert refused(lambda request: Reply(302, headers={"Location": f"{other}/x"})) == discovery.OTHER_HOST
        principal = f"<d:current-user-principal><d:href>{other}/x</d:href></d:current-user-principal>"
        assert refused(lambda request: multistatus(("/", principal))) == discovery.OTHER_HOST
    assert stolen == []


def test_redirects_come_to_an_end() -> None:
    count: list[str] = []

    def handler(request: Request) -> Reply:
        count.append(request.path)
        return Reply(301, headers={"Location": f"/{len(count)}"})

    assert refused(handler) == discovery.MANY_REDIRECTS
    assert len(count) == 4


def test_an_account_without_calendars_is_said_so() -> None:
    home = "<c:calendar-home-set><d:href>/dav/</d:href></c:calendar-home-set>"
    assert refused(lambda request: multistatus(("/dav/", home))) == discovery.NO_CALENDARS


def test_a_server_that_answers_with_errors_alone_may_be_tried_again() -> None:
    with served(lambda request: Reply(503)) as base, pytest.raises(OutcomeUnknown):
        entered(base)
