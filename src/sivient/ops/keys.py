"""Encrypts what is stored encrypted anew, after SIVIENT_TOKEN_KEYS got a new first key."""

from django.apps import apps
from django.db import transaction

from sivient.site.fields import EncryptedTextField

BATCH = 500


def rotate() -> int:
    """Store every encrypted value with the newest key; return how many rows were written."""
    count = 0
    for model in apps.get_models():
        names = [field.name for field in model._meta.fields if isinstance(field, EncryptedTextField)]
        if not names:
            continue
        keys = list(model._default_manager.order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(keys), BATCH):
            with transaction.atomic():
                # Locked, so that a token that is renewed at this moment is not overwritten with its forerunner.
                for row in model._default_manager.select_for_update().filter(pk__in=keys[start : start + BATCH]):
                    row.save(update_fields=names)
                    count += 1
    return count
