"""What a host wanted to change is not there any more."""


class Gone(Exception):
    """Somebody took it away after the host had looked at it, in another tab perhaps; a verb raises it under its lock.

    Pages of hosts answer it like an address that never was.
    """
