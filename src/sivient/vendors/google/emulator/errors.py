"""How Google Calendar says no (contract 1.6)."""

from collections.abc import Mapping

import httpx


class ApiError(Exception):
    """A refusal in Google's shape."""

    def __init__(
        self,
        status: int,
        reason: str,
        message: str,
        *,
        domain: str = "global",
        location: tuple[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {reason}: {message}")
        self._status = status
        self._error = {"domain": domain, "reason": reason, "message": message}
        if location is not None:
            self._error |= {"locationType": location[0], "location": location[1]}
        self._headers = dict(headers or {})

    def response(self) -> httpx.Response:
        """Return the answer."""
        body = {"error": {"code": self._status, "message": self._error["message"], "errors": [self._error]}}
        return httpx.Response(self._status, json=body, headers=self._headers)


def invalid(message: str, where: str = "") -> ApiError:
    """A field or parameter that makes no sense."""
    return ApiError(400, "invalid", message, location=("parameter", where) if where else None)


def required(message: str) -> ApiError:
    """Something is missing."""
    return ApiError(400, "required", message)


def unauthorized() -> ApiError:
    """The access token is not accepted."""
    headers = {"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/", error="invalid_token"'}
    where = ("header", "Authorization")
    return ApiError(401, "authError", "Invalid Credentials", location=where, headers=headers)


def missing_scope() -> ApiError:
    """The token does not cover the method."""
    return ApiError(403, "insufficientPermissions", "Request had insufficient authentication scopes.")


def not_found() -> ApiError:
    """No such calendar, event or channel, or not for this account."""
    return ApiError(404, "notFound", "Not Found")


def duplicate() -> ApiError:
    """The id is taken, perhaps by a deleted event (contract 1.4)."""
    return ApiError(409, "duplicate", "The requested identifier already exists.")


def deleted() -> ApiError:
    """The event is deleted already."""
    return ApiError(410, "deleted", "Resource has been deleted")


def sync_lost() -> ApiError:
    """The sync token is not accepted any more."""
    message = "Sync token is no longer valid, a full sync is required."
    return ApiError(410, "fullSyncRequired", message, domain="calendar", location=("parameter", "syncToken"))


def condition_not_met() -> ApiError:
    """The event is not the one with that etag."""
    return ApiError(412, "conditionNotMet", "Precondition Failed", location=("header", "If-Match"))
