"""After the thirty days, nothing that was in any text column of any table is left anywhere."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import CharField, Field, JSONField, Model, QuerySet, TextField

from sivient.accounts.models import User
from sivient.integrations.models import OAuthFlow, WebhookHealth
from sivient.jobs.models import Work
from sivient.ops.models import Alarm
from sivient.privacy import erasure, services, work
from sivient.privacy.belongings import work_of
from sivient.privacy.export import export
from tests.factories import connect_zoom
from tests.privacy.conftest import CLOSED, DAY_30, everything_stored, make_account, make_calendar

CANARY = 7  # characters

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]


OF_THE_SERVER = {WebhookHealth, Alarm}  # how the installation is; their words are sentences of ours


def our_models() -> list[type[Model]]:
    """Every model of the product that can hold something of an account."""
    ours = (model for model in apps.get_models() if model.__module__.startswith("sivient."))
    return [model for model in ours if model not in OF_THE_SERVER]


def text_columns(model: type[Model]) -> list[Field]:  # type: ignore[type-arg]
    """The columns that can hold words, the key of the row last. A work's key holds numbers; by it the row is found."""
    columns = [f for f in model._meta.concrete_fields if isinstance(f, CharField | TextField | JSONField)]
    columns = [f for f in columns if (f.max_length or CANARY) >= CANARY]  # a country has two letters
    return sorted((f for f in columns if (model, f.name) != (Work, "key")), key=lambda field: field.primary_key)


def rows_of(account: User, model: type[Model]) -> QuerySet[Model]:
    """The account's rows; of the models that know no account, all."""
    if model is Work:
        return list(work_of(account.pk))[-1]  # type: ignore[return-value]
    step = {step.model: step for step in erasure.STEPS}.get(model)
    rows = model._default_manager.all()
    return rows.filter(step.belonging(account.pk)) if step else rows


def plant(account: User) -> dict[str, str]:
    """Write a word of its own into every text column of one row of each model; return them by `Model.column`."""
    planted: dict[str, str] = {}
    for model in our_models():
        row = rows_of(account, model).order_by("pk").last()
        assert row is not None, f"make_account() makes no {model.__name__}"
        for field in text_columns(model):
            canary = f"Zq{len(planted):04}x"  # CANARY characters
            planted[f"{model.__name__}.{field.name}"] = canary
            model._default_manager.filter(pk=row.pk).update(**{field.attname: worded(field, canary)})
    return planted


def worded(field: Field, canary: str) -> object:  # type: ignore[type-arg]
    """What stands in the column."""
    return {"word": canary} if isinstance(field, JSONField) else canary


def stored_words() -> list[bytes]:
    """What the encrypted columns really hold."""
    found = []
    with connection.cursor() as cursor:
        for model in our_models():
            for field in text_columns(model):
                if type(field).__name__ == "EncryptedTextField":
                    cursor.execute(f'SELECT "{field.column}" FROM "{model._meta.db_table}"')  # noqa: S608
                    found += [row[0].encode()[:60] for row in cursor.fetchall() if row[0]]
    return found


def present(planted: dict[str, str], text: bytes) -> set[str]:
    """The columns whose word is in the text."""
    return {name for name, canary in planted.items() if canary.encode() in text}


def test_every_model_is_known_to_the_erasure() -> None:
    known = {step.model for step in erasure.STEPS} | set(erasure.ELSEWHERE)
    assert set(our_models()) == known


@pytest.mark.usefixtures("database")
def test_no_word_is_left_in_the_database_the_logs_or_an_export(
    database: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG")
    account = services.close(make_account(), keep_bookings=True, by="host", now=CLOSED)
    give_back_what_closing_took(account)
    planted, ciphertexts = plant(account), stored_words()
    encrypted = {"OAuthFlow.verifier", "Grant.access_token", "Grant.refresh_token", "WebhookEvent.body"}
    encrypted |= {"Revocation.access_token", "Revocation.refresh_token"}

    before = everything_stored(database)
    assert services.purge_due(DAY_30 - timedelta(days=1)) == 0
    assert present(planted, before) == set(planted) - encrypted
    assert len(ciphertexts) >= len(encrypted)
    assert all(word in before for word in ciphertexts)

    assert services.purge_due(DAY_30) == 1
    for rule in set(erasure.ELSEWHERE.values()) - {work_of}:  # periodic, as the purge is
        rule(now=DAY_30)
    if connection.vendor == "sqlite":
        work.scrub(Work.objects.get(kind="privacy.scrub"))
    after = everything_stored(database)
    assert present(planted, after) == set()
    assert not any(word in after for word in ciphertexts)

    bystander = make_account()
    exported = json.dumps(export(bystander, now=DAY_30), cls=DjangoJSONEncoder)
    printed = capfd.readouterr()
    assert present(planted, exported.encode()) == set()
    assert present(planted, f"{caplog.text}{printed.out}{printed.err}".encode()) == set()


def give_back_what_closing_took(account: User) -> None:
    """Let it look as if ending the connection had failed."""
    account.connections.all().delete()
    connect_zoom(account)
    make_calendar(account)
    OAuthFlow.objects.create(
        digest="again", user=account, session_digest="s", vendor="zoom", verifier="v", created_at=CLOSED
    )
