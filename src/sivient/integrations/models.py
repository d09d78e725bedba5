"""Permissions at vendors, and what vendors told us."""

from django.conf import settings
from django.db import models

from sivient.site.fields import EncryptedTextField


class GrantManager(models.Manager["Grant"]):
    """Leaves the tokens in the database until somebody reads the attribute: most readers have no business with them."""

    def get_queryset(self) -> models.QuerySet["Grant"]:
        """Return grants without their tokens."""
        return super().get_queryset().defer("access_token", "refresh_token")


class Grant(models.Model):
    """One vendor account's permission to one OAuth client.

    Unique per (client id, vendor user id): a second authorization by the same vendor user kills the tokens
    of the first (Zoom contract 2.3), so two hosts who use one Zoom user must share the row.
    """

    class State(models.TextChoices):
        """Zoom contract chapter 8; 'not connected' is the absence of a row."""

        CONNECTED = "connected"
        NEEDS_RECONNECT = "needs_reconnect"

    vendor = models.CharField(max_length=20)
    client_id = models.CharField(max_length=200)
    vendor_user_id = models.TextField()
    vendor_account_id = models.TextField(blank=True)
    email = models.CharField(max_length=254, blank=True)
    user_type = models.IntegerField(null=True)
    user_status = models.CharField(max_length=20, blank=True)
    pmi = models.BigIntegerField(null=True)
    address = models.CharField(max_length=500, blank=True)  # of the server that the host named (CalDAV)
    access_token = EncryptedTextField(blank=True)
    refresh_token = EncryptedTextField(blank=True)
    scope = models.TextField(blank=True)
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=20, choices=State.choices, default=State.CONNECTED)
    reason = models.CharField(max_length=200, blank=True)  # why the host must reconnect, a sentence for the host
    state_since = models.DateTimeField(null=True)  # when it stopped working; None while connected
    authorized_at = models.DateTimeField()
    refreshed_at = models.DateTimeField()
    generation = models.PositiveIntegerField(default=1)  # grows with each authorization
    token_version = models.PositiveIntegerField(default=1)  # grows with each stored pair of tokens
    lease_owner = models.CharField(max_length=40, blank=True)
    lease_until = models.DateTimeField(null=True)
    refresh_failures = models.PositiveIntegerField(default=0)  # since the last pair of tokens was stored
    refresh_after = models.DateTimeField(null=True)  # not asked again before: the vendor had trouble
    paused_until = models.DateTimeField(null=True)  # the vendor's daily limit is used up
    pause_reason = models.CharField(max_length=200, blank=True)
    changes_on = models.DateField(null=True)  # the UTC date that `changes` counts
    changes = models.PositiveIntegerField(default=0)  # meetings made or changed by us: the vendor counts them, too

    objects = GrantManager()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["client_id", "vendor_user_id"], name="grant_once_per_vendor_user")
        ]

    def __str__(self) -> str:
        return f"{self.vendor} grant {self.pk}"


class Revocation(models.Model):
    """Tokens on their way out: a job withdraws them at the vendor and deletes the row, whatever the vendor says.

    The grant and its identifiers are gone already. `vendor_user` is a digest: when the same vendor user connects
    again before the job ran, the row goes, because withdrawing an old token removes the app with the new one.
    """

    vendor = models.CharField(max_length=20)
    client_id = models.CharField(max_length=200)
    vendor_user = models.CharField(max_length=64, blank=True)  # SHA-256, see `digest`
    access_token = EncryptedTextField()
    refresh_token = EncryptedTextField(blank=True)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.vendor} revocation {self.pk}"


class Connection(models.Model):
    """A host's use of a grant. Without a grant it remembers how the last one ended, for the card."""

    class State(models.TextChoices):
        """What the card says."""

        CONNECTED = "connected"
        DEAUTHORIZED = "deauthorized"  # removed at the vendor
        DISCONNECTED = "disconnected"  # ended here

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="connections")
    vendor = models.CharField(max_length=20)
    account = models.CharField(max_length=64, blank=True)  # digest of whose account it is; "" where one is all
    label = models.CharField(max_length=254, blank=True)  # how the host knows the account: an address
    grant = models.ForeignKey(Grant, models.SET_NULL, null=True, related_name="connections")
    state = models.CharField(max_length=20, choices=State.choices, default=State.CONNECTED)
    connected_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "vendor", "account"], name="connection_once_per_account")
        ]

    def __str__(self) -> str:
        return f"{self.vendor} of account {self.user_id}"


class OAuthFlow(models.Model):
    """A host who went to a vendor's consent page and may come back: the state 'connecting'."""

    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the state parameter
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="oauth_flows")
    session_digest = models.CharField(max_length=64)  # the callback must finish in the session that started
    vendor = models.CharField(max_length=20)
    verifier = EncryptedTextField()  # PKCE
    account = models.CharField(max_length=64, blank=True)  # `Connection.account` of the one that is to be renewed
    created_at = models.DateTimeField()
    returned_at = models.DateTimeField(null=True)  # single use; the row stays for the card's "did not come back"

    def __str__(self) -> str:
        return f"{self.vendor} flow of account {self.user_id}"


class WebhookEvent(models.Model):
    """What a vendor sent, once: the same body again is the same row (Zoom contract 7.4)."""

    vendor = models.CharField(max_length=20)
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the raw body
    event = models.CharField(max_length=60)
    body = EncryptedTextField(blank=True)  # emptied once handled: it names a vendor user
    fresh = models.BooleanField(default=True)  # False: valid signature, but outside the replay window
    received_at = models.DateTimeField(auto_now_add=True)
    handled_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=60, blank=True)
    vendor_user = models.CharField(max_length=64, blank=True)  # digest of a user we did not know: we may a moment later
    about_at = models.DateTimeField(null=True)  # the vendor's time of what it tells

    def __str__(self) -> str:
        return f"{self.vendor} {self.event} {self.pk}"


class WebhookHealth(models.Model):
    """Whether a vendor's messages arrive: Zoom stops sending after six validations that failed (contract 7.3)."""

    vendor = models.CharField(max_length=20, unique=True)
    last_event_at = models.DateTimeField(null=True)
    last_validation_at = models.DateTimeField(null=True)
    last_refused_at = models.DateTimeField(null=True)  # signature missing or wrong
    refused = models.PositiveIntegerField(default=0)  # since the last message that was right

    def __str__(self) -> str:
        return f"{self.vendor} webhooks"
