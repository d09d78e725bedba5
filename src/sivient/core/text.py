"""Text that strangers typed, made fit for one line, for several lines, or for a mail header."""

import re

# Control and surrogate characters break formats and encodings; marks that reverse the writing direction
# let a name dress up as something else. Emoji need their joiners, so not every invisible character goes.
_UNFIT = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
_LOCAL_PART = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.IGNORECASE)
_DOMAIN = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")
_CHANGED_BY_IDNA = frozenset("\u00df\u03c2\u200c\u200d")


def clean_line(text: str, limit: int) -> str:
    """Return `text` as one line of at most `limit` code points: no control characters, single spaces."""
    return " ".join(_UNFIT.sub("", text).split())[:limit].rstrip()


def clean_text(text: str, limit: int) -> str:
    """Return `text` as lines parted by a line feed, at most `limit` code points, without control characters."""
    lines = (_UNFIT.sub("", line.replace("\t", " ")).rstrip() for line in text.splitlines())
    return "\n".join(lines).strip("\n")[:limit].rstrip()


def mail_address(typed: str) -> str:
    """Return a bare mail address in ASCII, its domain in small letters (RFC 5891 form), or raise ValueError.

    Refuses what calendars and mail servers do not agree on: quoted or non-ASCII local parts, address literals,
    comments, names around the address.
    """
    local, _, domain = typed.strip().rpartition("@")
    if _CHANGED_BY_IDNA & set(domain):  # Python's older rules would turn the domain into somebody else's
        raise ValueError("this domain has letters that mail programs read in different ways")
    try:
        domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise ValueError("this domain is not valid") from error
    if len(local) > 64 or len(local) + len(domain) > 253:
        raise ValueError("this mail address is too long")
    if not (_LOCAL_PART.fullmatch(local) and _DOMAIN.fullmatch(domain)):
        raise ValueError("this is not a mail address")
    return f"{local}@{domain}"
