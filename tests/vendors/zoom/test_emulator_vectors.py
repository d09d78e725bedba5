"""The published vectors: signature, URL validation, PKCE and the Basic header."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from sivient.vendors.zoom.emulator.events import signature
from sivient.vendors.zoom.emulator.tokens import s256
from sivient.vendors.zoom.emulator.webhooks import encrypted_token
from tests.vendors.zoom.emulated import VECTORS


@pytest.mark.parametrize("vector", VECTORS["webhooks"], ids=lambda vector: vector["name"])
def test_a_signature_is_made_of_the_raw_bytes(vector: dict[str, Any]) -> None:
    body = base64.b64decode(vector["raw_body_base64"])
    assert signature(VECTORS["secret_token"], vector["timestamp"], body) == vector["x-zm-signature"]


def test_the_answer_to_a_url_validation_is_the_hmac_of_the_plain_token() -> None:
    vector = VECTORS["url_validation"]
    assert encrypted_token(VECTORS["secret_token"], vector["plainToken"]) == vector["encryptedToken"]


def test_s256_is_the_example_of_rfc_7636() -> None:
    assert s256(VECTORS["pkce_s256"]["code_verifier"]) == VECTORS["pkce_s256"]["code_challenge"]
