"""`sivient demo`: the product, its worker, the emulated vendors and the mailbox, in one command."""

import shlex
import sys
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from sivient.config import server
from sivient.config.env import Env, export, has_display, name_settings_module, user_data_home
from sivient.demo import data_folder, httpd, stage
from sivient.demo.stage import HOST, Stage

if TYPE_CHECKING:
    from sivient.vendors.zoom.emulator import ZoomEmulator

DRAIN = 0.5  # seconds; the demo has to stop within 2 s, and dropped work is taken up at the next start


def run(*, port: int, data_dir: Path | None, browser: bool, fresh: bool) -> int:
    """Run the demo until Ctrl-C or SIGTERM; return the exit code. ConfigError when it cannot start."""
    folder = (data_dir or user_data_home() / "sivient" / "demo").absolute()
    with data_folder.held(folder):
        layout = stage.plan(folder, port)
        for used in layout.ports():
            server.require_free(HOST, used)
        if fresh:  # nothing is removed or written before this point, so that a running demo keeps what it has
            data_folder.empty(folder)
        _play(layout, browser=browser)
    return 0


def _play(layout: Stage, *, browser: bool) -> None:
    export(stage.settings_of(layout))
    layout.save()
    stage.write_environment(layout)
    name_settings_module()
    import django

    django.setup()
    from sivient.demo import people

    server.prepare()
    people.prepare()
    closers = _start_stage(layout)
    try:
        server.serve(
            HOST,
            layout.port(layout.web),
            web_processes=1,
            worker_threads=4,
            drain=DRAIN,
            started=lambda: _announce(layout, browser=browser),
        )
    finally:
        for close in closers:
            close()


def _start_stage(layout: Stage) -> list[Callable[[], None]]:
    """Start the emulators and the mailbox; return what closes them."""
    from sivient.demo import providers
    from sivient.demo.mailbox import Mailbox, start_smtp

    env, folder = Env(), Path(layout.folder)
    closers: list[Callable[[], None]] = []

    def serve(handle: Callable[[httpx.Request], httpx.Response], address: str) -> None:
        closers.append(httpd.serve(handle, host=HOST, port=layout.port(address)).close)

    if layout.zoom:
        zoom = _zoom(layout, env, folder)
        serve(zoom.handle, layout.zoom)
        closers.append(zoom.close)
    deliver: providers.Deliver = providers.nowhere
    if layout.mailbox:
        mailbox = Mailbox(folder / "mails")
        serve(mailbox.handle, layout.mailbox)
        closers.append(start_smtp(mailbox, layout.smtp_port).close)
        deliver = mailbox.take_in
    for emulator in providers.make(layout, env, folder, deliver):
        serve(emulator.handle, emulator.base_url)
        closers.append(emulator.close)
    return closers


def _zoom(layout: Stage, env: Env, folder: Path) -> "ZoomEmulator":
    from sivient.vendors.zoom.emulator import ZoomApp, ZoomEmulator

    app = ZoomApp(
        client_id=env.get("ZOOM_CLIENT_ID"),
        client_secret=env.get("ZOOM_CLIENT_SECRET"),
        webhook_secret=env.get("ZOOM_WEBHOOK_SECRET_TOKEN").split(",")[0],
        redirect_uris=(f"{env.base_url()}/settings/integrations/zoom/callback",),
        webhook_url=f"{layout.web}/webhooks/zoom",
        published=True,
        watch_url=f"{layout.web}/bookings",
    )
    return ZoomEmulator(
        app,
        base_url=layout.zoom,
        join_base=layout.zoom,
        state_file=folder / "zoom.state",
        retry_scale=1 / 60,  # Zoom's 5, 20 and 60 minutes between webhook tries become seconds
    )


def _own_command() -> str:
    """Return how this very program is called; only its name where the shell finds it."""
    return shlex.quote(sys.argv[0]) if "/" in sys.argv[0] else "sivient"


def _announce(layout: Stage, *, browser: bool) -> None:
    names = {
        "Tour": f"{layout.web}/tour",
        "Sivient": layout.web,
        "Zoom": layout.zoom or Env().get("ZOOM_OAUTH_BASE"),
        "Google": layout.google or Env().get("GOOGLE_ISSUER"),
        "Microsoft": layout.microsoft or Env().get("MICROSOFT_AUTHORITY"),
        "Mailbox": layout.mailbox or "(SMTP_URL of the environment)",
        "Data": layout.folder,
        "Operator": f". {shlex.quote(f'{layout.folder}/{stage.ENVIRONMENT_FILE}')} && {_own_command()} doctor",
    }
    print("\nSivient demo. Zoom, Google and Microsoft are emulated; nothing leaves this machine.\n")
    for name, address in names.items():
        print(f"  {name:<10} {address}")
    print("\nStart with the tour. Ctrl-C stops everything; the data stays.\n", flush=True)
    if browser and has_display():
        # The web process needs a moment; the browser itself may block.
        threading.Timer(1.5, webbrowser.open, [f"{layout.web}/tour"]).start()
