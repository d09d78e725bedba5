"""A small honest copy of Zoom, written from its contract and from nothing of ours.

`ZoomEmulator.handle(request)` answers OAuth, the REST API, the pages and a control API. Misbehaviour
belongs into `faults.py`.
"""

from sivient.vendors.zoom.emulator.app import ZoomApp
from sivient.vendors.zoom.emulator.emulator import ZoomEmulator

__all__ = ["ZoomApp", "ZoomEmulator"]
