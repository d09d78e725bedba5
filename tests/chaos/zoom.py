"""The emulated Zoom as a process of its own: `python -m tests.chaos.zoom PORT CALLBACK SEED HANDLE...`."""

import sys
import threading

from sivient.demo import httpd
from sivient.vendors.zoom.emulator import ZoomApp, ZoomEmulator
from sivient.vendors.zoom.emulator.people import Account, MeetingDefaults, Plan, UserType, ZoomUser
from tests.settings import GIVEN

RETRY_SCALE = 1 / 60  # Zoom's 5, 20 and 60 minutes between tries of a webhook become seconds
ACCOUNTS = 8  # Zoom's limits per second are counted by account


def main(port: int, callback: str, seed: int, handles: list[str]) -> None:
    """Serve until the process is ended."""
    web = callback.removesuffix("/settings/integrations/zoom/callback")
    app = ZoomApp(
        client_id=GIVEN["ZOOM_CLIENT_ID"],
        client_secret=GIVEN["ZOOM_CLIENT_SECRET"],
        webhook_secret=GIVEN["ZOOM_WEBHOOK_SECRET_TOKEN"],
        redirect_uris=(callback,),
        webhook_url=f"{web}/webhooks/zoom",
    )
    address = f"http://127.0.0.1:{port}"
    users = tuple(user(handle, number) for number, handle in enumerate(handles))
    zoom = ZoomEmulator(
        app, base_url=address, join_base=address, seed=seed, users=users, retry_scale=RETRY_SCALE
    )  # fmt: skip
    httpd.serve(zoom.handle, host="127.0.0.1", port=port)
    threading.Event().wait()


def user(handle: str, number: int) -> ZoomUser:
    """Return a licensed user whose key is the host's handle."""
    of = number % ACCOUNTS
    account = Account(f"chaos-account-{of}", f"Account {of}", Plan.BUSINESS, "https://api.zoom.us", f"account{of}")
    defaults = MeetingDefaults(waiting_room=False, passcode=True, auto_recording="none")
    email = f"{handle}@hosts.example"
    return ZoomUser(
        handle, f"zoom-{handle}", account, "Host", handle, email, UserType.LICENSED, 3_000_000_000 + number, "UTC",
        defaults,
    )  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4:])
