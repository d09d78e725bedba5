"""Where everything of the demo stands: addresses, secrets, and the settings that follow from them."""

import json
import secrets
import shlex
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from sivient.config.env import ConfigError, Env

HOST = "127.0.0.1"
STAGE_FILE = "stage.json"
ENVIRONMENT_FILE = "environment.sh"
STATUS_TOKEN = "demo-status-token"  # noqa: S105 - the tour names it, so that everybody can look
ZOOM_NAMES = ("ZOOM_OAUTH_BASE", "ZOOM_API_BASE")


@dataclass(frozen=True, slots=True)
class Stage:
    """The demo's addresses. An empty one means that the environment named another: ours is not started."""

    folder: str
    web: str
    zoom: str
    google: str
    microsoft: str
    mailbox: str
    smtp_port: int

    def port(self, address: str) -> int:
        """Return the port of one of the addresses."""
        return int(address.rsplit(":", 1)[1])

    def ports(self) -> list[int]:
        """Return the ports of what is started."""
        addresses = (self.web, self.zoom, self.google, self.microsoft, self.mailbox)
        return [*(self.port(address) for address in addresses if address), *filter(None, [self.smtp_port])]

    def save(self) -> None:
        """Write the addresses where the web processes find them."""
        content = {name: getattr(self, name) for name in self.__slots__}
        (Path(self.folder) / STAGE_FILE).write_text(json.dumps(content))


def load(folder: str) -> Stage:
    """Return the stage that `sivient demo` has set up in this folder."""
    return Stage(**json.loads((Path(folder) / STAGE_FILE).read_text()))


def plan(folder: Path, port: int) -> Stage:
    """Lay out the addresses from `port` on; leave out what the environment already names."""
    env = Env()

    def address(offset: int, *names: str) -> str:
        return "" if any(env.given(name) for name in names) else f"http://{HOST}:{port + offset}"

    mailbox = address(4, "SMTP_URL")
    return Stage(
        folder=str(folder),
        web=f"http://{HOST}:{port}",
        zoom=address(1, *ZOOM_NAMES),
        google=address(2, "GOOGLE_ISSUER"),
        microsoft=address(3, "MICROSOFT_AUTHORITY"),
        mailbox=mailbox,
        smtp_port=port + 5 if mailbox else 0,
    )


def settings_of(stage: Stage) -> dict[str, str]:
    """Return the settings of the demo. What the environment gives wins over them."""
    zoom = stage.zoom or _given_zoom()
    return {
        "SIVIENT_DEMO": stage.folder,
        "SIVIENT_BASE_URL": stage.web,
        "SIVIENT_DATA_DIR": stage.folder,
        "SIVIENT_DEFAULT_PLAN": "free",  # the prepared person is on Pro, who comes new is on Free
        "SIVIENT_SUPPORT_EMAIL": "support@sivient.example",
        "SIVIENT_MAIL_FROM": "bookings@sivient.example",
        "SIVIENT_STATUS_TOKEN": STATUS_TOKEN,
        "SMTP_URL": f"smtp://{HOST}:{stage.smtp_port}",
        "ZOOM_CLIENT_ID": "demo-zoom-client",
        "GOOGLE_CLIENT_ID": "demo-google-client",
        "MICROSOFT_CLIENT_ID": "demo-microsoft-client",
        "ZOOM_OAUTH_BASE": zoom,
        "ZOOM_API_BASE": zoom,
        "GOOGLE_ISSUER": stage.google,
        "GOOGLE_API_BASE": stage.google,
        "MICROSOFT_AUTHORITY": f"{stage.microsoft}/common",
        "GRAPH_BASE": f"{stage.microsoft}/v1.0" if stage.microsoft else "",
        "SIVIENT_CALENDAR_PUSH": "on",  # the emulators push to this machine, over http
        "SIVIENT_PRIVATE_NETWORKS": "127.0.0.0/8",  # so that a calendar server on this machine can be tried
        **_secrets(Path(stage.folder)),
    }


def write_environment(stage: Stage) -> Path:
    """Write the demo's settings as a file for shells, so that the operator's commands can look at the demo."""
    file = Path(stage.folder) / ENVIRONMENT_FILE
    file.touch(mode=0o600)
    file.write_text("".join(f"export {name}={shlex.quote(value)}\n" for name, value in settings_of(stage).items()))
    return file


def _given_zoom() -> str:
    """Return the address given for one of Zoom's two, for the other: a double usually has one for both."""
    env = Env()
    return next(filter(None, (env.given(name) for name in ZOOM_NAMES)), "")


def _secrets(folder: Path) -> dict[str, str]:
    """Return the demo's own secrets; they are made once and stay with its data."""
    file = folder / "secrets.json"
    if file.exists():
        kept: dict[str, str] = json.loads(file.read_text())
        return kept
    names = ("SIVIENT_SECRET_KEY", "ZOOM_CLIENT_SECRET", "ZOOM_WEBHOOK_SECRET_TOKEN")
    made = {name: secrets.token_urlsafe(36) for name in (*names, "GOOGLE_CLIENT_SECRET", "MICROSOFT_CLIENT_SECRET")}
    made["SIVIENT_TOKEN_KEYS"] = Fernet.generate_key().decode()
    try:
        file.touch(mode=0o600)
        file.write_text(json.dumps(made))
    except OSError as error:
        raise ConfigError(f"Cannot write to {folder} ({error.strerror}). Choose another with --data-dir.") from error
    return made
