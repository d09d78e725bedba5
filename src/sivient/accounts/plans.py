"""What each plan opens. Asked in the verbs, and on pages so that nobody is offered what they may not use."""

from enum import StrEnum

from sivient.accounts.models import Plan, User


class Feature(StrEnum):
    """Something that a plan opens."""

    SCHEDULING = "scheduling"  # a published page, bookings, and the Zoom connection that serves them


OPENS: dict[str, frozenset[Feature]] = {
    Plan.FREE: frozenset(),
    Plan.PRO: frozenset({Feature.SCHEDULING}),
    Plan.BUSINESS: frozenset({Feature.SCHEDULING}),
}

PRO_ADDS = (
    "Your scheduling page, open to guests",
    "A Zoom meeting of its own for every booking",
    "Your calendars: times that are taken there are never offered",
    "Calendar invites with the join link, sent by themselves",
)


class PlanTooSmall(Exception):
    """The account's plan does not open what was asked for."""


def allows(user: User, feature: Feature) -> bool:
    """Say whether the account's plan opens the feature."""
    return feature in OPENS.get(user.plan, frozenset())
