"""Are the hosts' permissions at vendors alive, and do the vendors' messages arrive?"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Min

from sivient.integrations import registry
from sivient.integrations.inbox import REFUSED_ALARM, refused_lately
from sivient.integrations.models import Connection, Grant, Revocation, WebhookHealth
from sivient.integrations.renewal import renew_later
from sivient.ops import figures
from sivient.ops.findings.finding import Finding, Severity, number
from sivient.ops.findings.work import minutes

NEAR_THE_END = timedelta(days=60)  # a refresh token lives for about 90 days (Zoom contract 2.3)
TOKENS_ON_THEIR_WAY = timedelta(hours=1)
VALIDATED = timedelta(hours=80)  # Zoom validates each 72 hours (Zoom contract 7.3)


def look(now: datetime) -> Iterator[Finding]:
    """Find grants that end soon or have ended, tokens that were not withdrawn, and silent webhooks."""
    yield from _near_the_end(now)
    yield from _needing_hosts(now)
    yield from _of_another_app()
    yield from _revocations(now)
    for health in figures.webhooks():
        yield from _webhook(health, now)


def _near_the_end(now: datetime) -> Iterator[Finding]:
    renewed = [vendor for vendor, provider in registry.PROVIDERS.items() if provider.oauth is not None]
    idle = Grant.objects.filter(vendor__in=renewed, state=Grant.State.CONNECTED, refreshed_at__lt=now - NEAR_THE_END)
    grants = list(idle.order_by("refreshed_at", "pk"))
    if grants:
        yield Finding(
            "grants-near-end",
            Severity.OPERATOR,
            f"{number(len(grants), 'permission')} not renewed for more than {NEAR_THE_END.days} days.",
            "An unused permission ends after about 90 days, and its host would have to connect again.",
            "A running worker renews them; `sivient doctor --fix` asks for it now.",
            len(grants),
            figures.some((f"grant {grant.pk}" for grant in grants), len(grants)),
            lambda: _renew(grants),
        )


def _renew(grants: list[Grant]) -> str:
    for grant in grants:
        renew_later(grant)
    return f"Asked for the renewal of {number(len(grants), 'permission')}; a worker does it."


def _needing_hosts(now: datetime) -> Iterator[Finding]:
    ended = Grant.objects.filter(state=Grant.State.NEEDS_RECONNECT)
    found = ended.aggregate(hosts=Count("connections__user", distinct=True), since=Min("state_since"))
    if found["hosts"]:
        since = f", the first {minutes(now - found['since'])} ago" if found["since"] else ""
        yield Finding(
            "reconnect-needed",
            Severity.HOST,
            f"{number(found['hosts'], 'host')} asked to connect again{since}.",
            "The vendor ended the permission. Guests can still book; those bookings wait for their link.",
            "Each has been told by mail and sees it on every page. Nothing is left to do here.",
            found["hosts"],
            figures.some(
                (f"grant {pk}" for pk in ended.order_by("pk").values_list("pk", flat=True)[:5]), ended.count()
            ),
        )


def _of_another_app() -> Iterator[Finding]:
    for vendor, provider in registry.PROVIDERS.items():
        app = registry.app(vendor)
        live = Connection.objects.filter(vendor=vendor, state=Connection.State.CONNECTED).exclude(grant=None)
        count = live.exclude(grant__client_id=app.client_id).count() if app.configured else 0
        if count:
            yield Finding(
                "connections-of-another-app",
                Severity.OPERATOR,
                f"{number(count, 'host')} connected with another {provider.label} app than the one in the settings.",
                "Their bookings wait for links until they connect again. Every page tells them, but no mail does.",
                f"If {vendor.upper()}_CLIENT_ID was not changed on purpose, change it back; else write to the hosts.",
                count,
            )


def _revocations(now: datetime) -> Iterator[Finding]:
    old = Revocation.objects.filter(created_at__lt=now - TOKENS_ON_THEIR_WAY)
    if count := old.count():
        yield Finding(
            "tokens-not-withdrawn",
            Severity.OPERATOR,
            f"{number(count, 'permission')} that a host has ended, with tokens here for more than an hour.",
            "The vendor is told within seconds and the tokens are deleted, whatever it says; an hourly job deletes "
            "what is left. So no worker is running.",
            "Start a worker.",
            count,
            figures.some((f"revocation {pk}" for pk in old.order_by("pk").values_list("pk", flat=True)[:5]), count),
        )


def _webhook(health: WebhookHealth, now: datetime) -> Iterator[Finding]:
    label = registry.provider(health.vendor).label if health.vendor in registry.PROVIDERS else health.vendor
    if health.last_validation_at and health.last_validation_at < now - VALIDATED:
        yield Finding(
            "webhook-silent",
            Severity.OPERATOR,
            f"{label} last validated our address for its messages {minutes(now - health.last_validation_at)} ago.",
            f"It does so each 72 hours and stops sending after six that fail: removals in {label} would go unheard.",
            f"Save the event subscription of your app at {label} anew; it validates the address at once.",
        )
    if refused_lately(health, now) >= REFUSED_ALARM:
        yield Finding(
            "webhook-refused",
            Severity.OPERATOR,
            f"The last {health.refused} messages in {label}'s name had a wrong signature.",
            f"If {label} sent them, its secret token is not the one in the settings; else somebody forges them.",
            f"Compare {health.vendor.upper()}_WEBHOOK_SECRET_TOKEN with the secret token of your app at {label}.",
            health.refused,
        )
