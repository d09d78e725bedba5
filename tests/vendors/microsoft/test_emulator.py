"""What only Microsoft does, over real HTTP."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from sivient.demo import httpd
from sivient.vendors.google.emulator import PEOPLE as GOOGLE_PEOPLE
from sivient.vendors.microsoft.emulator import PEOPLE, PERSONAL_TENANT, MicrosoftEmulator
from tests.vendors.oidc_emulator.application import REGISTERED, Application

DISCOVERY = "/{}/v2.0/.well-known/openid-configuration"


@pytest.fixture
def app() -> Iterator[Application]:
    emulator: list[MicrosoftEmulator] = []
    server = httpd.serve(lambda request: emulator[0].handle(request))
    emulator.append(MicrosoftEmulator(server.url, **REGISTERED))
    with httpx.Client(base_url=server.url) as http:
        yield Application(http, server.url + DISCOVERY.format("common"))
    server.close()


def issuer(app: Application, person: str) -> str:
    return f"{str(app.http.base_url).rstrip('/')}/{PEOPLE[person].tid}/v2.0"


def test_discovery_of_common_names_no_tenant_but_the_word(app: Application) -> None:
    base = str(app.http.base_url).rstrip("/")
    assert app.metadata["issuer"] == base + "/{tenantid}/v2.0"
    assert app.metadata["subject_types_supported"] == ["pairwise"]
    assert app.metadata["authorization_endpoint"] == base + "/common/oauth2/v2.0/authorize"
    assert app.metadata["jwks_uri"] == base + "/common/discovery/v2.0/keys"
    assert "revocation_endpoint" not in app.metadata


@pytest.mark.parametrize("key", list(PEOPLE))
def test_the_token_names_the_tenant_of_the_person(app: Application, key: str) -> None:
    claims = app.sign_in(key, issuer=issuer(app, key))
    person = PEOPLE[key]
    assert (claims["tid"], claims["oid"], claims["ver"]) == (person.tid, person.oid, "2.0")
    assert (claims["preferred_username"], claims["email"]) == (person.sign_in_name, person.email)
    assert "email_verified" not in claims
    assert "at_hash" not in claims


def test_a_foreign_tenant_may_claim_the_address_of_the_google_person(app: Application) -> None:
    claims = app.sign_in("mara", issuer=issuer(app, "mara"))
    assert claims["email"] == GOOGLE_PEOPLE["mara"].email
    assert claims["preferred_username"] != claims["email"]
    assert len({person.tid for person in PEOPLE.values()}) == 3
    assert PEOPLE["tomas"].tid == PERSONAL_TENANT


def test_the_subject_is_pairwise() -> None:
    def subject(client_id: str) -> str:
        vendor = MicrosoftEmulator(**{**REGISTERED, "client_id": client_id}).provider.vendor
        claims = vendor.profile(PEOPLE["priya"], ["openid"], client_id=client_id)
        return str(claims["sub"])

    assert subject("one") == subject("one")
    assert subject("one") != subject("two")


def test_a_tenant_lets_in_its_own_people_only(app: Application) -> None:
    def offered(tenant: str) -> set[str]:
        url, _, _ = app.ask()
        page = app.http.get(url.replace("/common/", f"/{tenant}/"))
        return {key for key in PEOPLE if f'value="{key}"' in page.text}

    assert offered("common") == {"priya", "mara", "tomas"}
    assert offered("organizations") == {"priya", "mara"}
    assert offered("consumers") == {"tomas"}
    assert offered(PEOPLE["priya"].tid) == {"priya"}
    own = app.http.get(DISCOVERY.format(PEOPLE["priya"].tid)).json()
    assert own["issuer"] == issuer(app, "priya")
    assert app.http.get(DISCOVERY.format("consumers")).json()["issuer"].endswith(f"/{PERSONAL_TENANT}/v2.0")
    assert app.http.get(DISCOVERY.format("00000000-0000-0000-0000-000000000000")).status_code == 404


def test_a_person_of_another_tenant_cannot_be_forced_in(app: Application) -> None:
    url, _, _ = app.ask()
    refused = app.http.get(url.replace("/common/", f"/{PEOPLE['priya'].tid}/") + "&auto=mara")
    assert refused.status_code == 400


def test_every_refresh_gives_a_new_refresh_token_and_the_old_one_lives_on(app: Application) -> None:
    app.scope = "openid profile email offline_access User.Read"
    token = app.fetch(app.go("priya")).json()
    assert token["scope"] == "openid profile email User.Read"
    first = app.refresh(token["refresh_token"]).json()
    assert first["refresh_token"] != token["refresh_token"]
    assert app.refresh(first["refresh_token"]).status_code == 200
    assert app.refresh(token["refresh_token"]).status_code == 200


def test_refusals_carry_a_number(app: Application) -> None:
    refused = app.fetch(app.go("priya"), code="made-up").json()
    assert (refused["error"], refused["error_codes"]) == ("invalid_grant", [70000])
    assert refused["error_description"].startswith("AADSTS70000: ")

    declined = parse_qs(urlsplit(app.go("deny").location).query)
    assert declined["error_description"][0].startswith("AADSTS65004: ")


def test_the_callback_brings_more_than_code_and_state(app: Application) -> None:
    assert app.go("priya").params.keys() == {"code", "state", "session_state"}
