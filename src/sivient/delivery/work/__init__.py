"""The steps of a delivery, registered with the worker. Each is safe to run again."""

from sivient.delivery.work import cancellations, invites, meetings, requests

__all__ = ["cancellations", "invites", "meetings", "requests"]
