"""What a granted scope allows (calendars contract 1.3; each set is what Google's API description accepts)."""

_PREFIX = "https://www.googleapis.com/auth/"
EVENTS_OWNED = _PREFIX + "calendar.events.owned"
EVENTS_FREEBUSY = _PREFIX + "calendar.events.freebusy"
CALENDARS = _PREFIX + "calendar.calendarlist.readonly"
ASKED = ("openid", "email", EVENTS_OWNED, EVENTS_FREEBUSY, CALENDARS)

_EVERYTHING = _PREFIX + "calendar"
_READING = _PREFIX + "calendar.readonly"
# `calendar.freebusy` alone answers one question at a time and lists nothing: it keeps no store of busy times.
_BUSY = {_EVERYTHING, _READING, EVENTS_FREEBUSY}
_WRITES = {_EVERYTHING, _PREFIX + "calendar.events", EVENTS_OWNED}
_LISTS = {_EVERYTHING, _READING, _PREFIX + "calendar.calendarlist", CALENDARS}


def grants_enough(scope: str) -> bool:
    """Whether busy times can be read: the least that connecting is good for."""
    return bool(_BUSY & set(scope.split()))


def may_write(scope: str) -> bool:
    """Whether bookings can be written into calendars that the host owns."""
    return bool(_WRITES & set(scope.split()))


def may_list(scope: str) -> bool:
    """Whether Google tells which calendars there are; otherwise only the primary one is known."""
    return bool(_LISTS & set(scope.split()))


def missing(scope: str) -> tuple[str, ...]:
    """Return what does not work with a granted scope, in sentences for the host."""
    writes = (
        ()
        if may_write(scope)
        else ("We may only read your calendars, so bookings are not written into them and we mail the invites.",)
    )
    lists = () if may_list(scope) else ("We may not see which calendars you have, so only the main one can be used.",)
    return writes + lists
