"""What a command prints, also for programs and pipes that close early."""

import errno
import os
import sys


def printed(answer: str) -> int:
    """Print an answer that programs read: one that could not be written whole is no success."""
    try:
        if sys.stdout is None:
            raise OSError(errno.EBADF, "it is closed")
        print(answer, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        print(f"sivient: Standard output cannot be written: {error.strerror}.", file=sys.stderr)
        silence_output()
        return 2
    return 0


def silence_output() -> None:
    """Let Python's own flush at its end succeed."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
