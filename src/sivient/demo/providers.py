"""The emulated Google and Microsoft of the demo, with a fortnight in everybody's calendar."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sivient.config.env import Env
from sivient.demo.stage import Stage
from sivient.vendors.calendar_emulator.week import fill
from sivient.vendors.google.emulator import GoogleEmulator
from sivient.vendors.microsoft.emulator import MicrosoftEmulator

Deliver = Callable[[bytes, str, list[str]], object]
"""Takes an invitation that a vendor mails: its bytes, its sender, and to whom."""


def nowhere(raw: bytes, sender: str, recipients: list[str]) -> None:
    """Deliver to nobody: the demo's mailbox is not ours."""


def make(layout: Stage, env: Env, folder: Path, deliver: Deliver) -> list[GoogleEmulator | MicrosoftEmulator]:
    """Make those that the environment does not name; they go on where they stopped."""
    made: list[GoogleEmulator | MicrosoftEmulator] = []
    links = (("Tour", f"{layout.web}/tour"), ("Sivient", layout.web), ("Mailbox", layout.mailbox))
    common: dict[str, Any] = {"deliver": deliver, "links": [link for link in links if link[1]]}
    if layout.google:
        made.append(GoogleEmulator(layout.google, **_client(env, folder, "google"), **common))
    if layout.microsoft:
        made.append(MicrosoftEmulator(layout.microsoft, **_client(env, folder, "microsoft"), **common))
    for emulator in made:
        for account in emulator.calendars.world.accounts:
            fill(emulator.calendars, account)
    return made


def _client(env: Env, folder: Path, provider: str) -> dict[str, Any]:
    name, address = provider.upper(), env.base_url()
    ways_back = (f"{address}/sign-in/{provider}/callback", f"{address}/settings/integrations/{provider}/callback")
    return {
        "client_id": env.get(f"{name}_CLIENT_ID"),
        "client_secret": env.get(f"{name}_CLIENT_SECRET"),
        "redirect_uris": ways_back,
        "state_file": folder / f"{provider}.state",
    }
