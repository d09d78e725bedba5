"""The only place that reads the environment. Every setting is NAME or NAME_FILE; docs/settings.md lists them."""

import base64
import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import dj_database_url

from sivient.core.text import mail_address
from sivient.site.mail_server import MailServer

MIN_SECRET = 32  # characters; a shorter key can be guessed or is a placeholder
MIN_STATUS_TOKEN = 16  # characters; it shows figures and changes nothing


class ConfigError(Exception):
    """A setting is missing or wrong. The text is one sentence for the operator and names the setting."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One name the product reads; `default` None means it must be given to serve."""

    name: str
    default: str | None
    meaning: str


SETTINGS = (
    Setting("SIVIENT_BASE_URL", None, "Public address of the installation, without a trailing slash."),
    Setting("SIVIENT_SECRET_KEY", None, "Signs sessions and form tokens; at least 32 characters."),
    Setting("SIVIENT_TOKEN_KEYS", None, "Fernet keys for tokens at rest, newest first, separated by commas."),
    Setting("SIVIENT_DATA_DIR", "./data", "Folder of the embedded database and the collected static files."),
    Setting("SIVIENT_DELETION_LEDGER", "", "File of the deletion ledger; empty: deletions.log in the data folder."),
    Setting("DATABASE_URL", "", "PostgreSQL address; empty means SQLite in the data folder."),
    Setting("SIVIENT_DEFAULT_PLAN", "pro", "Plan of new accounts: free, pro or business."),
    Setting("SIVIENT_SIGNUP", "open", "Who may create an account: open, invite, or domains:a.example,b.example."),
    Setting("SIVIENT_SUPPORT_EMAIL", "", "Address shown under Contact in the documentation; alarms are mailed to it."),
    Setting("SIVIENT_STATUS_TOKEN", "", "Opens /status; at least 16 characters. Empty: there is no such page."),
    Setting("SMTP_URL", None, "Outgoing mail: smtp://user:password@host:587, smtps://... or smtp+plain://..."),
    Setting("SIVIENT_MAIL_FROM", None, "Sender and organizer address of invites, without a name around it."),
    Setting("ZOOM_CLIENT_ID", "", "Client id of your Zoom app; empty turns Zoom off."),
    Setting("ZOOM_CLIENT_SECRET", "", "Client secret of your Zoom app."),
    Setting("ZOOM_WEBHOOK_SECRET_TOKEN", "", "Secret tokens that sign Zoom's events, newest first, by commas."),
    Setting("ZOOM_OAUTH_BASE", "https://zoom.us", "Where Zoom's OAuth pages are."),
    Setting("ZOOM_API_BASE", "https://api.zoom.us", "Where Zoom's API is."),
    Setting("GOOGLE_CLIENT_ID", "", "Client id for sign-in with Google and its calendars; empty turns both off."),
    Setting("GOOGLE_CLIENT_SECRET", "", "Client secret for sign-in with Google and its calendars."),
    Setting("GOOGLE_ISSUER", "https://accounts.google.com", "OpenID Connect issuer of Google."),
    Setting("GOOGLE_API_BASE", "https://www.googleapis.com", "Where Google's Calendar API is."),
    Setting("MICROSOFT_CLIENT_ID", "", "Client id for sign-in with Microsoft and its calendars; empty turns both off."),
    Setting("MICROSOFT_CLIENT_SECRET", "", "Client secret for sign-in with Microsoft and its calendars."),
    Setting(
        "MICROSOFT_AUTHORITY",
        "https://login.microsoftonline.com/common",
        "Authority of Microsoft's sign-in, with the tenant or common.",
    ),
    Setting("GRAPH_BASE", "https://graph.microsoft.com/v1.0", "Where Microsoft Graph is."),
    Setting("SIVIENT_CALENDAR_PUSH", "auto", "Whether calendars push their changes: auto (over https), on or off."),
    Setting("SIVIENT_PRIVATE_NETWORKS", "", "Private networks (CIDR, by commas) whose calendar servers hosts may use."),
    Setting(
        "SIVIENT_PROXIES", "0", "1 behind a reverse proxy that sets X-Forwarded-Proto: the header is believed then."
    ),
    Setting("SIVIENT_DEMO", "", "Set by `sivient demo` for its own processes: the folder of the demo's stage."),
)
NAMES = frozenset(setting.name for setting in SETTINGS)
_DEFAULTS = {setting.name: setting.default for setting in SETTINGS}


def export(values: Mapping[str, str]) -> None:
    """Put settings into the environment of this process and of those it starts; what is given there wins."""
    for name, value in values.items():
        if name not in NAMES:
            raise KeyError(name)
        if not Env().given(name):
            os.environ[name] = value


def has_display() -> bool:
    """Say whether a browser window can be opened here (on Linux: X11 or Wayland)."""
    return sys.platform != "linux" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def user_data_home() -> Path:
    """Return where programs keep data of this user (XDG base directories)."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")


def name_settings_module() -> None:
    """Tell Django which module holds its settings, unless something else was named."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sivient.config.settings")


class Env:
    """Reads settings from a mapping such as `os.environ`."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._environ = os.environ if environ is None else environ

    def get(self, name: str) -> str:
        """Return the value, its default, or raise ConfigError when it must be given and is not."""
        value = self.given(name)
        if value:
            return value
        default = _DEFAULTS[name]
        if default is None:
            raise ConfigError(f"{name} is not set. See docs/settings.md.")
        return default

    def given(self, name: str) -> str:
        """Return what the environment says, or the content of the file that NAME_FILE names, or ''."""
        if name not in NAMES:
            raise KeyError(name)
        file = self._environ.get(f"{name}_FILE", "")
        if file:
            try:
                return Path(file).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise ConfigError(f"{name}_FILE: cannot read {file} ({error.strerror}).") from error
        return self._environ.get(name, "").strip()

    def problems(self) -> list[str]:
        """Return one sentence for each setting that stops the start; empty when all is well."""
        found = []
        required = [partial(self.get, setting.name) for setting in SETTINGS if setting.default is None]
        checks: list[Callable[[], object]] = [*required, *self._checks()]
        for check in checks:
            try:
                check()
            except ConfigError as error:
                found.append(str(error))
        return list(dict.fromkeys(found))

    def _checks(self) -> tuple[Callable[[], object], ...]:
        clients = [partial(self.whole_client, vendor) for vendor in ("ZOOM", "GOOGLE", "MICROSOFT")]
        mail = (self.smtp_url, self.mail_from, self.support_email)
        keys = (self.secret_key, self.token_keys, self.status_token)
        calendars = (self.calendar_push, self.private_networks)
        places = (self.base_url, self.database_url, self.proxies)
        return (*places, *keys, self.plan, self.signup, *mail, *clients, *calendars)

    def base_url(self) -> str:
        """Return the public address as browsers write an origin: http(s) and a host in small letters, no path."""
        parts = _parts(self.get("SIVIENT_BASE_URL").rstrip("/"))
        usual = {"http": ":80", "https": ":443"}
        host = parts is not None and parts.scheme in usual and parts.hostname and "@" not in parts.netloc
        if parts is None or not host or any((parts.path, parts.query, parts.fragment)):
            raise ConfigError("SIVIENT_BASE_URL must be an address such as https://meet.example.org without a path.")
        return f"{parts.scheme}://{parts.netloc.lower().removesuffix(usual[parts.scheme])}"

    def database_url(self) -> str:
        """Return the address of the database, or '' for the embedded one."""
        url = self.get("DATABASE_URL")
        known = url.startswith(("sqlite:///", "postgres://", "postgresql://")) and _parts(url)
        # In memory each thread would have a database of its own.
        if url and not (known and dj_database_url.parse(url)["NAME"] not in ("", ":memory:")):
            raise ConfigError(
                "DATABASE_URL must be empty (SQLite in the data folder) or postgres://user:password@host/name, "
                "with signs such as / or # of a password written as %2F or %23."
            )
        return url

    def smtp_url(self) -> str:
        """Return the address of the mail server; `site.mail_server` reads it."""
        url = self.get("SMTP_URL")
        try:
            MailServer.of(url)
        except ValueError as error:
            raise ConfigError(f"SMTP_URL is no address of a mail server: {error}.") from error
        return url

    def mail_from(self) -> str:
        """Return the bare address that mails come from."""
        return self._mail_address("SIVIENT_MAIL_FROM", "bookings@example.org")

    def support_email(self) -> str:
        """Return the bare address for questions, or ''."""
        name = "SIVIENT_SUPPORT_EMAIL"
        return self._mail_address(name, "help@example.org") if self.given(name) else ""

    def _mail_address(self, name: str, example: str) -> str:
        try:
            return mail_address(self.get(name))
        except ValueError as error:
            raise ConfigError(f"{name} must be an address alone, such as {example}, without a name or <>.") from error

    def secret_key(self) -> str:
        """Return the signing key, at least 32 characters and not one letter repeated."""
        key = self.get("SIVIENT_SECRET_KEY")
        if len(key) < MIN_SECRET or len(set(key)) < 8:
            raise ConfigError(f"SIVIENT_SECRET_KEY is too weak: give at least {MIN_SECRET} random characters.")
        return key

    def token_keys(self) -> list[str]:
        """Return the Fernet keys, newest first."""
        keys = [key.strip() for key in self.get("SIVIENT_TOKEN_KEYS").split(",") if key.strip()]
        for key in keys:
            try:
                good = len(base64.urlsafe_b64decode(key.encode())) == 32
            except ValueError:
                good = False
            if not good:
                raise ConfigError("SIVIENT_TOKEN_KEYS must be Fernet keys (32 bytes, URL-safe base64) by commas.")
        if not keys:
            raise ConfigError("SIVIENT_TOKEN_KEYS is not set. See docs/settings.md.")
        return keys

    def status_token(self) -> str:
        """Return what opens /status, or '' when nothing does."""
        token = self.get("SIVIENT_STATUS_TOKEN")
        if token and (len(token) < MIN_STATUS_TOKEN or len(set(token)) < 8 or not token.isascii()):
            raise ConfigError(
                f"SIVIENT_STATUS_TOKEN is too weak: give at least {MIN_STATUS_TOKEN} random letters and digits."
            )
        return token

    def plan(self) -> str:
        """Return the plan of new accounts."""
        plan = self.get("SIVIENT_DEFAULT_PLAN")
        if plan not in ("free", "pro", "business"):
            raise ConfigError("SIVIENT_DEFAULT_PLAN must be free, pro or business.")
        return plan

    def signup(self) -> str:
        """Return the sign-up rule: open, invite or domains:..."""
        rule = self.get("SIVIENT_SIGNUP").lower()
        if not re.fullmatch(r"open|invite|domains:[a-z0-9.-]+(,[a-z0-9.-]+)*", rule):
            raise ConfigError("SIVIENT_SIGNUP must be open, invite or domains:a.example,b.example.")
        return rule

    def proxies(self) -> int:
        """Return how many reverse proxies stand in front; from 1 on X-Forwarded-Proto is believed."""
        text = self.get("SIVIENT_PROXIES")
        if not text.isdigit():
            raise ConfigError("SIVIENT_PROXIES must be a whole number such as 0 or 1.")
        return int(text)

    def calendar_push(self) -> bool:
        """Say whether calendars may push their changes here: they do it over https alone, and not to this machine."""
        rule = self.get("SIVIENT_CALENDAR_PUSH")
        if rule not in ("auto", "on", "off"):
            raise ConfigError("SIVIENT_CALENDAR_PUSH must be auto, on or off.")
        return rule == "on" or (rule == "auto" and self.base_url().startswith("https://"))

    def private_networks(self) -> tuple[str, ...]:
        """Return the private networks in which hosts' calendar servers may be, such as 10.0.0.0/8."""
        networks = tuple(each.strip() for each in self.get("SIVIENT_PRIVATE_NETWORKS").split(",") if each.strip())
        for each in networks:
            try:
                ip_network(each)
            except ValueError as error:
                raise ConfigError("SIVIENT_PRIVATE_NETWORKS must be networks such as 10.0.0.0/8, by commas.") from error
        return networks

    def whole_client(self, vendor: str) -> None:
        """Raise when a vendor is half configured: an id without its secret connects nobody and lets nobody in."""
        if self.given(f"{vendor}_CLIENT_ID") and not self.given(f"{vendor}_CLIENT_SECRET"):
            raise ConfigError(f"{vendor}_CLIENT_ID is set but {vendor}_CLIENT_SECRET is not.")


def _parts(url: str) -> SplitResult | None:
    """Split an address; None when its brackets do not close or its port is no number."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts
