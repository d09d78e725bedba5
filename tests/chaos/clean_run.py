"""What a run leaves in which nothing went wrong."""

from typing import Any

from tests.chaos.evidence import Evidence
from tests.chaos.judge_tidy import DELETE, FIND, MOVE

LINK, OTHER = "http://zoom.test/j/91?pwd=a", "http://zoom.test/j/92?pwd=b"
START, END, NOW = "2026-12-01T10:00:00+00:00", "2026-12-01T10:15:00+00:00", "2026-11-22T12:00:00+00:00"
GUEST, HOST, UID = "ada@guest.example", "host-1@hosts.example", "0123ABCD-1@sivient.example"


def answer(act: str, status: int, **more: Any) -> dict[str, Any]:
    """Return what the guest was answered."""
    return {
        "visit": 1,
        "act": act,
        "status": status,
        "token": "t1",
        "start": START,
        "email": GUEST,
        "host": "host-1",
        "at": NOW,
    } | more


def mail(number: int, to: str, sequence: int, links: list[str], **more: Any) -> dict[str, Any]:
    """Return a mail as the mail server has written it down."""
    return {
        "number": number,
        "to": to,
        "uid": UID,
        "sequence": sequence,
        "method": "REQUEST",
        "start": "20261201T100000Z",
        "message_id": f"<{to}-{sequence}>",
        "subject": "Invitation",
        "content": f"{to}-{sequence}",
        "links": links,
    } | more


def work(**more: Any) -> dict[str, Any]:
    """Return the row of the step that makes the meeting."""
    return {
        "id": 1,
        "kind": "delivery.conference",
        "key": "booking:1:1",
        "state": "done",
        "run_at": NOW,
        "attempt": 1,
        "last_error": "",
        "lease_until": None,
        "trouble": "",
        "fence": 1,
    } | more


def made(meeting: int) -> dict[str, Any]:
    """Return the request that made a meeting for the booking."""
    return refresh(effect="made", meeting_id=meeting, reference="0123ABCD", kind="", issued=False)


def refresh(**more: Any) -> dict[str, Any]:
    """Return a request for new tokens."""
    return {
        "effect": "", "meeting_id": None, "reference": "", "kind": "refresh", "issued": True, "user_id": "u",
        "faults": [], "status": 200, "done": 200, "method": "POST", "route": "/oauth/token", "at": NOW,
    } | more  # fmt: skip


def clean_run() -> Evidence:
    """Return one with one booking: its invite left without the link, and then with it. Its host grants everything.

    Another host has removed us at Zoom in the meantime.
    """
    return Evidence(
        answers=[answer("book", 303), answer("double", 303)],
        mails=[
            mail(1, GUEST, 0, []), mail(2, HOST, 0, []), mail(3, GUEST, 1, [LINK]), mail(4, HOST, 1, [LINK]),
            mail(5, "host-5@hosts.example", 0, [], uid="", subject="Zoom is no longer connected"),
        ],
        requests=[made(91), refresh()],
        meetings=[{"id": 91, "start_time": "2026-12-01T10:00:00Z"}],
        rows={
            "bookings": [
                {
                    "id": 1, "uid": UID, "token": "t1", "status": "confirmed", "version": 1, "start": START, "end": END,
                    "guest_email": GUEST, "host__handle": "host-1",
                }
            ],
            "holds": [{"id": 1, "host_id": 1, "start": START, "end": END, "booking__id": 1}],
            "conferences": [
                {"booking_id": 1, "external_id": "91", "join_url": LINK, "unused": False, "replaced_at": None}
            ],
            "attempts": [{"booking_id": 1, "outcome": "made", "external_id": "91"}],
            "works": [work()],
            "grants": [{"host": "host-1", "scope": f"meeting:write:meeting {FIND} {MOVE} {DELETE}"}],
            "now": [{"now": NOW}],
        },
        pages=[{"token": "t1", "links": [LINK]}],
        removed=[
            {
                "host": "host-5", "vendor_user_id": "zoom-host-5", "event": "delivered", "at": NOW,
                "connections": ["deauthorized"], "grants": 0,
            }
        ],
    )  # fmt: skip
