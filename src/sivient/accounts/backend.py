"""How Django finds the user of a session. Nobody signs in by password."""

from sivient.accounts.models import User


class SignedInBackend:
    """Loads the user of a session; a switched-off account has none."""

    def get_user(self, user_id: int) -> User | None:
        """Return the user, or None when gone or switched off."""
        return User.objects.filter(pk=user_id, is_active=True).first()
