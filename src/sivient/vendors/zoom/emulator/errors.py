"""Refusals in the words of Zoom: contract 2.4 for the token endpoint, chapter 5 for the REST API."""

from __future__ import annotations

from collections.abc import Mapping

import httpx


class OAuthRefusal(Exception):
    """The token or revoke endpoint says no: `{"reason", "error"}`."""

    def __init__(self, status: int, error: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.error = error
        self.reason = reason

    def response(self) -> httpx.Response:
        """Return the answer."""
        return httpx.Response(self.status, json={"reason": self.reason, "error": self.error})


class ApiRefusal(Exception):
    """The REST API says no: `{"code", "message", "errors"?}`."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        *,
        errors: list[dict[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors
        self.headers = dict(headers or {})

    def response(self) -> httpx.Response:
        """Return the answer."""
        body: dict[str, object] = {"code": self.code, "message": self.message}
        if self.errors is not None:
            body["errors"] = self.errors
        return httpx.Response(self.status, json=body, headers=self.headers)


def invalid_client() -> OAuthRefusal:
    """The Basic header is missing or wrong."""
    return OAuthRefusal(401, "invalid_client", "Invalid client_id or client_secret")


def invalid_token() -> OAuthRefusal:
    """The refresh token is used, expired, killed or was never ours."""
    return OAuthRefusal(400, "invalid_grant", "Invalid Token!")


def unauthorized(*, expired: bool = False) -> ApiRefusal:
    """The access token is expired, dead, unknown or absent."""
    return ApiRefusal(401, 124, "Access token is expired." if expired else "Invalid access token.")


def missing_scope(scope: str) -> ApiRefusal:
    """The token is good, but not for this."""
    message = f"Invalid access token, does not contain scopes:[{scope}, {scope}:admin]."
    return ApiRefusal(400, 4711, message)


def unknown_user(name: str) -> ApiRefusal:
    """Also what a user-level token gets for anything but `me`."""
    return ApiRefusal(404, 1001, f"User does not exist: {name}.")


def unknown_meeting(meeting_id: str) -> ApiRefusal:
    """Deleted, expired, somebody else's or never made."""
    return ApiRefusal(404, 3001, f"Meeting does not exist: {meeting_id}.")


def may_not_host() -> ApiRefusal:
    """The user has no right to host."""
    return ApiRefusal(400, 3161, "Your user account is not allowed meeting hosting and scheduling capabilities.")


def not_json() -> ApiRefusal:
    """The body is not a JSON object."""
    return ApiRefusal(400, 300, "Request Body should be a valid JSON object.")


def validation_failed(errors: list[dict[str, str]]) -> ApiRefusal:
    """Fields of the body are wrong."""
    return ApiRefusal(400, 300, "Validation Failed.", errors=errors)


def unknown_endpoint() -> ApiRefusal:
    """No such method and path."""
    return ApiRefusal(404, 2300, "This API endpoint is not recognized.")
