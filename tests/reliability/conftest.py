"""The outside world of the tests that need no second process: an emulated Zoom, and a real mail server."""

from tests.delivery.conftest import post
from tests.integrations.conftest import zoom
from tests.jobs.conftest import everybody, workers

__all__ = ["everybody", "post", "workers", "zoom"]
