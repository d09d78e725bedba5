"""The verbs of integrations."""

from sivient.accounts.models import User
from sivient.ports.conferencing import Conferencing
from sivient.ports.errors import Reconnect


def conferencing_for(user: User, vendor: str) -> Conferencing:
    """Return what makes meetings on the host's account."""
    raise Reconnect("Zoom is not connected.")
