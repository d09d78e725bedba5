"""The class of an error says what to do next; what a caller may catch together is one family."""

from datetime import UTC, datetime, timedelta

import pytest

from sivient.ports import errors

NEXT_DAY = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "family"),
    [
        (errors.Throttled, errors.TryLater),
        (errors.Paused, errors.TryLater),
        (errors.OutcomeUnknown, errors.TryLater),
        (errors.Unusable, errors.OutcomeUnknown),
        (errors.Misconfigured, errors.TryLater),
        (errors.TokenRefused, errors.Reconnect),
        (errors.Gone, errors.Rejected),
    ],
)
def test_a_kind_of_trouble_belongs_to_the_family_that_acts_alike(kind: type, family: type) -> None:
    assert issubclass(kind, family)
    assert issubclass(kind, errors.IntegrationError)


def test_the_families_are_strangers_to_each_other() -> None:
    families = (errors.TryLater, errors.Reconnect, errors.Rejected)
    assert not any(issubclass(one, other) for one in families for other in families if one is not other)


def test_an_error_carries_what_the_next_try_needs() -> None:
    assert errors.Throttled("Slow down.", after=timedelta(seconds=2)).after == timedelta(seconds=2)
    assert errors.TryLater("Later.").after is None
    paused = errors.Paused("Tomorrow.", until=NEXT_DAY)
    assert (paused.until, paused.shared, paused.after) == (NEXT_DAY, False, None)
    assert errors.Unusable("No link.", external_id="9").external_id == "9"
    assert errors.Unusable("No link.").external_id == ""
