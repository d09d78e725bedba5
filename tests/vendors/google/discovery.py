"""Checks calls against Google's own description of its Calendar API (its discovery document).

An adapter and an emulator that were written by the same people could agree on something that Google does not know.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

import googleapiclient
import httpx

PREFIX = "/calendar/v3/"
FORBIDDEN_WITH_TOKEN = {"iCalUID", "orderBy", "privateExtendedProperty", "q", "timeMin", "timeMax", "updatedMin"}
KEY = re.compile(r"[0-9a-v]{5,1024}")
CHANNEL = re.compile(r"[A-Za-z0-9\-_+/=]{1,64}")


@cache
def document() -> dict[str, Any]:
    """Google's description of the Calendar API, as its Python client carries it."""
    file = Path(googleapiclient.__file__).parent / "discovery_cache/documents/calendar.v3.json"
    read: dict[str, Any] = json.loads(file.read_text())
    return read


@dataclass(frozen=True)
class Method:
    """One method of the API."""

    name: str
    spec: Mapping[str, Any]

    @property
    def scopes(self) -> set[str]:
        return set(self.spec["scopes"])


@cache
def methods() -> list[Method]:
    return [
        Method(f"{resource}.{name}", spec)
        for resource, described in document()["resources"].items()
        for name, spec in described["methods"].items()
    ]


def method_of(request: httpx.Request) -> Method | None:
    """The method that a request calls, None when Google has none there."""
    path = request.url.raw_path.decode().partition("?")[0]
    if not path.startswith(PREFIX):
        return None
    for method in methods():
        pattern = re.sub(r"\{[a-zA-Z]+\}", "[^/]+", method.spec["path"])
        if method.spec["httpMethod"] == request.method and re.fullmatch(pattern, path.removeprefix(PREFIX)):
            return method
    return None


def wrong_in_request(request: httpx.Request, scope: str) -> list[str]:
    """Everything in a request that Google would not know, or not allow with this scope."""
    method = method_of(request)
    if method is None:
        return [f"no such method: {request.method} {unquote(request.url.path)}"]
    query = dict(parse_qsl(request.url.query.decode(), keep_blank_values=True))
    body = json.loads(request.content) if request.content else None
    wrong = [*_query(method, query), *_rules(method.name, query, body)]
    if body is not None:
        described = method.spec.get("request")
        wrong += [*_value(described, body, "body", merged=request.method == "PATCH")] if described else ["a body"]
    if not method.scopes & set(scope.split()):
        wrong.append(f"scope of {method.name}")
    return wrong


def wrong_in_answer(request: httpx.Request, response: httpx.Response) -> list[str]:
    """Everything in a successful answer that Google would not say."""
    method = method_of(request)
    described = method.spec.get("response") if method else None
    if not response.is_success or method is None:
        return []
    if described is None:
        return [] if response.status_code == 204 else [f"{method.name} answers 204"]
    return [*_value(described, response.json(), "answer")]


def _query(method: Method, query: Mapping[str, str]) -> Iterator[str]:
    known = {**document()["parameters"], **method.spec.get("parameters", {})}
    for name, value in query.items():
        described = known.get(name)
        if described is None or described["location"] != "query":
            yield f"unknown parameter {name}"
        elif "enum" in described and value not in described["enum"]:
            yield f"unknown value {name}={value}"
        elif described["type"] == "boolean" and value not in ("true", "false"):
            yield f"no boolean {name}={value}"
        elif described["type"] == "integer" and not _in_range(described, value):
            yield f"out of range {name}={value}"
        elif described.get("format") == "date-time" and datetime.fromisoformat(value).tzinfo is None:
            yield f"no offset {name}={value}"
        elif name == "fields":
            yield from _fields(method.spec["response"], value)
    required = {name for name, each in known.items() if each.get("required") and each["location"] == "query"}
    yield from (f"missing parameter {name}" for name in required - query.keys())


def _in_range(described: Mapping[str, Any], value: str) -> bool:
    low, high = int(described.get("minimum", 0)), int(described.get("maximum", 2500))
    return value.isdecimal() and low <= int(value) <= high


def _fields(described: Mapping[str, Any], selector: str) -> Iterator[str]:
    """What a selector of a partial answer names that is not there: `a,b/c,d(e,f)`."""
    for part in re.findall(r"(?:[^,()]|\((?:[^()]|\([^()]*\))*\))+", selector):
        name, _, rest = part.replace("(", "/", 1).partition("/")
        properties = _properties(described)
        if name not in properties:
            yield f"unknown field {name}"
        elif rest:
            inner = properties[name].get("items", properties[name])
            yield from _fields(inner, rest[:-1] if part.endswith(")") else rest)


def _properties(described: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" in described:
        described = document()["schemas"][described["$ref"]]
    properties: Mapping[str, Any] = described.get("properties", {})
    return properties


def _value(described: Mapping[str, Any], value: Any, path: str, *, merged: bool = False) -> Iterator[str]:
    if merged and value is None:  # RFC 7396: takes the field away
        return
    if "$ref" in described:
        described = document()["schemas"][described["$ref"]]
    match described.get("type"):
        case "object" if isinstance(value, dict):
            others = described.get("additionalProperties")
            for name, each in value.items():
                inner = described.get("properties", {}).get(name, others)
                yield from (
                    [f"{path}.{name}: unknown"]
                    if inner is None
                    else _value(inner, each, f"{path}.{name}", merged=merged)
                )
        case "array" if isinstance(value, list):
            for number, each in enumerate(value):
                yield from _value(described["items"], each, f"{path}[{number}]")
        case "string" if isinstance(value, str):
            yield from _text(described, value, path)
        case "boolean" if isinstance(value, bool):
            return
        case "integer" | "number" if isinstance(value, int | float) and not isinstance(value, bool):
            return
        case "any":
            return
        case kind:
            yield f"{path}: not {kind}"


def _text(described: Mapping[str, Any], value: str, path: str) -> Iterator[str]:
    if "enum" in described and value not in described["enum"]:
        yield f"{path}: not one of the values"
    if described.get("format") == "date-time" and datetime.fromisoformat(value).tzinfo is None:
        yield f"{path}: no offset"
    if described.get("format") == "date" and not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        yield f"{path}: no date"
    if described.get("format") == "int64" and not value.isdecimal():
        yield f"{path}: no number"


def _rules(name: str, query: Mapping[str, str], body: Any) -> Iterator[str]:
    """What the document says in words alone (and contract 1.4)."""
    if "syncToken" in query:
        yield from (f"{each} with a sync token" for each in FORBIDDEN_WITH_TOKEN & query.keys())
    if name == "freebusy.query":
        asked = datetime.fromisoformat(body["timeMax"]) - datetime.fromisoformat(body["timeMin"])
        if not timedelta() < asked <= timedelta(days=90) or len(body["items"]) > 50:
            yield "too much, or nothing, is asked about"
    if name == "events.insert" and not (KEY.fullmatch(body.get("id", "")) and "iCalUID" not in body):
        yield "the id of an event"
    if name == "events.watch" and not (CHANNEL.fullmatch(body["id"]) and body["address"].startswith("https://")):
        yield "the channel"


class Honest(httpx.BaseTransport):
    """Lets through only what Google would understand; `answers`: what comes back is checked as well."""

    def __init__(self, handler: httpx.BaseTransport, *, scope: str, answers: bool = False) -> None:
        self.handler, self.scope, self.answers = handler, scope, answers
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        wrong = wrong_in_request(request, self.scope)
        assert wrong == [], wrong
        response = self.handler.handle_request(request)
        if self.answers:
            response.read()
            wrong = wrong_in_answer(request, response)
            assert wrong == [], wrong
        return response
