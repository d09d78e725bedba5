"""A web process whose parent was killed goes as well: it would hold the port, and nobody would deliver."""

import multiprocessing
import os
import signal
import threading
import time

DRAIN = 5.0  # seconds for the requests that are being answered


def end_with_parent() -> None:
    """End this process when the one that spawned it is gone; do nothing in a process that nobody spawned."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_wait, args=(parent,), name="end-with-parent", daemon=True).start()


def _wait(parent: "multiprocessing.process.BaseProcess") -> None:
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(DRAIN)
    os._exit(1)  # it waited for its parent's word
