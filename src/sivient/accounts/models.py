"""Who uses the installation."""

from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

PURGE_AFTER = timedelta(days=30)
INVITATION_LIFETIME = timedelta(days=7)
LOGIN_LINK_LIFETIME = timedelta(minutes=15)


class Plan(models.TextChoices):
    """What an account may use; `plans.py` says what each opens."""

    FREE = "free", "Free"
    PRO = "pro", "Pro"
    BUSINESS = "business", "Business"


class User(AbstractBaseUser):
    """A host. The row exists from the first sign-in; the page needs a handle and the end of onboarding."""

    handle = models.CharField(max_length=40, unique=True, null=True)
    name = models.CharField(max_length=100, blank=True)
    email = models.EmailField(max_length=254, blank=True)  # where mail goes; never an identity
    timezone = models.CharField(max_length=64, default="UTC")
    plan = models.CharField(max_length=20, choices=Plan.choices, default=Plan.PRO)
    unplanned_since = models.DateTimeField(null=True)  # when the plan stopped opening the scheduling page
    created_at = models.DateTimeField(auto_now_add=True)
    onboarded_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)  # asked to be deleted; erased PURGE_AFTER later
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "handle"
    objects = BaseUserManager["User"]()

    def __str__(self) -> str:
        return self.handle or f"account {self.pk}"

    @property
    def purge_at(self) -> datetime | None:
        """The moment from which the account may be erased, or None while it is open."""
        return self.closed_at + PURGE_AFTER if self.closed_at else None


class Identity(models.Model):
    """A person at a sign-in provider: (issuer, subject), for Microsoft (tenant issuer, oid). Never the e-mail."""

    user = models.ForeignKey(User, models.CASCADE, related_name="identities")
    provider = models.CharField(max_length=20)
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    email = models.EmailField(max_length=254, blank=True)  # as the provider said it last, for display
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="identity_once")]

    def __str__(self) -> str:
        return f"{self.provider} of account {self.user_id}"


class FormerHandle(models.Model):
    """A handle that a host gave up. It keeps redirecting, so nobody else may take it."""

    handle = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="former_handles")

    def __str__(self) -> str:
        return self.handle


class Session(AbstractBaseSession):
    """A browser's session. It knows its account, so that signing out everywhere and erasing find it."""

    account = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")

    def __str__(self) -> str:
        return f"session of account {self.account_id}"  # the key is a secret

    @classmethod
    def get_session_store_class(cls) -> type:
        """Return the engine that reads and writes these rows."""
        from sivient.accounts.sessions import SessionStore

        return SessionStore


class LoginLink(models.Model):
    """The operator's permission to sign in once without a provider, for who has lost theirs."""

    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the secret in the link
    user = models.ForeignKey(User, models.CASCADE, related_name="login_links")
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"login link {self.pk}"


class Invitation(models.Model):
    """The operator's permission for one new account while SIVIENT_SIGNUP is not open."""

    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the secret in the link
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"invitation {self.pk}"
