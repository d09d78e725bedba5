"""Links that a host gives to guests."""

import re
from urllib.parse import urlsplit

_UNFIT = re.compile(r"[\s\x00-\x1f\x7f]")


def is_web_address(text: str) -> bool:
    """Say whether a browser can be sent there: http or https, a host, a port that can be, and no spaces."""
    try:
        parts = urlsplit(text)
        return (
            parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and not _UNFIT.search(text)
        )
    except ValueError:  # brackets that do not close, a port that is no number
        return False
