"""A signed token in each form of a guest, instead of a CSRF cookie: an embedded page gets no cookie.

It says what the form is about, when it was made, and carries the idempotency key of what it will do.
"""

import secrets
from datetime import timedelta

from django.core import signing

MAX_AGE = timedelta(hours=24)
_SALT = "sivient.site.form_token"


class BadToken(Exception):
    """The token is missing, not ours, of another form, or too old: show the form again."""


def issue(about: str) -> str:
    """Return a new token for the form that is about `about`, such as `book:12`."""
    return signing.dumps({"about": about, "key": secrets.token_urlsafe(18)}, salt=_SALT)


def read(token: str, about: str) -> str:
    """Return the idempotency key of a good token, or raise BadToken."""
    content = _content(token)
    if content["about"] != about:
        raise BadToken
    return content["key"]


def key_of(token: str) -> str:
    """Return the idempotency key of a token of any form, or raise BadToken: what was done with it can be looked up."""
    return _content(token)["key"]


def _content(token: str) -> dict[str, str]:
    try:
        content: dict[str, str] = signing.loads(token, salt=_SALT, max_age=MAX_AGE)
    except signing.BadSignature as error:
        raise BadToken from error
    return content
