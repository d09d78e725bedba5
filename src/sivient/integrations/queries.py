"""Questions about connections."""

from sivient.accounts.models import User
from sivient.integrations.models import Connection, Grant


def connected(user: User, vendor: str) -> bool:
    """Say whether the host's connection works now."""
    return Connection.objects.filter(
        user=user, vendor=vendor, state=Connection.State.CONNECTED, grant__state=Grant.State.CONNECTED
    ).exists()
