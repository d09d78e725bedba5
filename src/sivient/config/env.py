"""The only place that reads the environment. Every setting is NAME or NAME_FILE; docs/settings.md lists them."""

import base64
import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

MIN_SECRET = 32  # characters; a shorter key can be guessed or is a placeholder


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
    Setting("DATABASE_URL", "", "PostgreSQL address; empty means SQLite in the data folder."),
    Setting("SIVIENT_DEFAULT_PLAN", "pro", "Plan of new accounts: free, pro or business."),
    Setting("SIVIENT_SIGNUP", "open", "Who may create an account: open, invite, or domains:a.example,b.example."),
    Setting("SIVIENT_SUPPORT_EMAIL", "", "Address shown under Contact in the documentation."),
    Setting("SMTP_URL", None, "Outgoing mail, smtp://user:password@host:587 (smtps:// for TLS from the start)."),
    Setting("SIVIENT_MAIL_FROM", None, "Sender and organizer address of invites."),
    Setting("ZOOM_CLIENT_ID", "", "Client id of your Zoom app; empty turns Zoom off."),
    Setting("ZOOM_CLIENT_SECRET", "", "Client secret of your Zoom app."),
    Setting("ZOOM_WEBHOOK_SECRET_TOKEN", "", "Secret tokens that sign Zoom's events, newest first, by commas."),
    Setting("ZOOM_OAUTH_BASE", "https://zoom.us", "Where Zoom's OAuth pages are."),
    Setting("ZOOM_API_BASE", "https://api.zoom.us", "Where Zoom's API is."),
    Setting("GOOGLE_CLIENT_ID", "", "Client id for sign-in with Google; empty hides the button."),
    Setting("GOOGLE_CLIENT_SECRET", "", "Client secret for sign-in with Google."),
    Setting("GOOGLE_ISSUER", "https://accounts.google.com", "OpenID Connect issuer of Google."),
    Setting("MICROSOFT_CLIENT_ID", "", "Client id for sign-in with Microsoft; empty hides the button."),
    Setting("MICROSOFT_CLIENT_SECRET", "", "Client secret for sign-in with Microsoft."),
    Setting(
        "MICROSOFT_AUTHORITY",
        "https://login.microsoftonline.com/common",
        "Authority of Microsoft's sign-in, with the tenant or common.",
    ),
    Setting("SIVIENT_PROXIES", "0", "How many trusted reverse proxies stand in front (X-Forwarded-For, -Proto)."),
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
        return (self.base_url, self.secret_key, self.token_keys, self.plan, self.signup, self.proxies, self.zoom)

    def base_url(self) -> str:
        """Return the public address: http(s), a host, no path."""
        url = self.get("SIVIENT_BASE_URL").rstrip("/")
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
            raise ConfigError("SIVIENT_BASE_URL must be an address such as https://meet.example.org without a path.")
        return url

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
        """Return how many reverse proxies are trusted."""
        text = self.get("SIVIENT_PROXIES")
        if not text.isdigit():
            raise ConfigError("SIVIENT_PROXIES must be a whole number such as 0 or 1.")
        return int(text)

    def zoom(self) -> None:
        """Raise when Zoom is half configured: an id without its secret connects nobody."""
        if self.given("ZOOM_CLIENT_ID") and not self.given("ZOOM_CLIENT_SECRET"):
            raise ConfigError("ZOOM_CLIENT_ID is set but ZOOM_CLIENT_SECRET is not.")
