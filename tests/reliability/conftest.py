"""The outside world of the tests that need no second process: an emulated Zoom, and a real mail server."""

from tests.delivery.conftest import post
from tests.integrations.conftest import zoom

__all__ = ["post", "zoom"]
