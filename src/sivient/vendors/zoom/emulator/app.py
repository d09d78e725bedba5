"""The registered app: what its developer typed into the Marketplace (contract chapter 1)."""

from __future__ import annotations

from dataclasses import dataclass, field

SCOPE_LABELS = {
    "meeting:write:meeting": "View and manage your meetings",
    "user:read:user": "View your user information",
    "meeting:update:meeting": "Update your meetings",
    "meeting:delete:meeting": "Delete your meetings",
    "meeting:read:meeting": "View your meetings",
    "meeting:read:list_meetings": "View the list of your meetings",
    "meeting:write": "View and manage your meetings",
    "meeting:read": "View your meetings",
    "user:read": "View your user information",
}
"""Every scope an emulated app may ask for, with the words of Zoom's consent page; older apps have the last three."""

CLASSIC = {
    "meeting:write:meeting": "meeting:write",
    "meeting:update:meeting": "meeting:write",
    "meeting:delete:meeting": "meeting:write",
    "meeting:read:meeting": "meeting:read",
    "meeting:read:list_meetings": "meeting:read",
    "user:read:user": "user:read",
}
"""Which scope of an older app allows the same (contract 4.3; 11, row 12)."""

PRODUCT_SCOPES = ("meeting:write:meeting", "user:read:user")


@dataclass(frozen=True, slots=True)
class ZoomApp:
    """One user-managed "General app" with its credentials and addresses.

    A private app (`published=False`) is for users of `owner_account_id` alone and gets no
    `app_deauthorized` events. An empty `webhook_url` records events without sending them. `watch_url` is
    where a person sees how the app gets over a fault.
    """

    client_id: str
    client_secret: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    redirect_uris: tuple[str, ...]
    webhook_url: str = ""
    published: bool = True
    scopes: tuple[str, ...] = PRODUCT_SCOPES
    name: str = "Sivient"
    watch_url: str = ""
    owner_account_id: str = "N0rDLichTqS3aUvXw7yZ1g"

    def __post_init__(self) -> None:
        """Refuse scopes that the emulator has no words for."""
        unknown = set(self.scopes) - set(SCOPE_LABELS)
        if unknown:
            raise ValueError(f"unknown Zoom scopes: {', '.join(sorted(unknown))}")
