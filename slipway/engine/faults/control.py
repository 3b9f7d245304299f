"""How rules are set: HTTP below a path that is no service's, for the person alone.

No rule acts on it, so that they can be taken back whatever they do to calls.

    GET    → {"rules": [...]}
    POST   a rule → the rule with its number
    DELETE {"ids": [...]} → {"cleared": [...]}; without ids all
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from slipway.engine import identity, journal, wire
from slipway.engine.directory import Address
from slipway.engine.errors import AwsError, ValidationFailed
from slipway.engine.faults.rules import SERVICE
from slipway.engine.person import person
from slipway.engine.service import HttpRequest, HttpResponse

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

PATH = "/_slipway/faults"
_NAMES = {"GET": "list", "POST": "add", "DELETE": "clear"}


def answer(engine: Engine, request: HttpRequest) -> HttpResponse:
    """Do what the person asks for."""
    entry = journal.Entry(secrets.token_hex(8), SERVICE, _NAMES.get(request.method, request.method))
    with engine.journal.call(entry):
        try:
            told = _done(engine, request, entry)
            entry.status = 200
        except AwsError as error:
            entry.status, entry.error = error.status or 400, error.code
            told = {"message": error.message}
    body = json.dumps(told).encode()
    headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    return HttpResponse(entry.status, headers, iter((body,)))


def _done(engine: Engine, request: HttpRequest, entry: journal.Entry) -> dict[str, Any]:
    body = b"".join(request.body)
    signed = wire.WireRequest(request.method, request.path, parse_qs(request.query), request.headers, body)
    entry.caller = identity.of(engine, signed, Address(SERVICE, entry.operation)).arn
    if entry.caller != person(engine).arn:
        raise AwsError("AccessDeniedException", "Only the person at the keyboard sets faults", status=403)
    act = _ACTS.get(request.method)
    if act is None:
        raise AwsError("MethodNotAllowed", f"{request.method} is none of {', '.join(_ACTS)}", status=405)
    return act(engine, body)


def _listed(engine: Engine, body: bytes) -> dict[str, Any]:
    del body
    return {"rules": engine.faults.all()}


def _added(engine: Engine, body: bytes) -> dict[str, Any]:
    return engine.faults.add(_document(body))


def _cleared(engine: Engine, body: bytes) -> dict[str, Any]:
    document = _document(body)
    numbers = document.get("ids", []) if isinstance(document, dict) else None
    if not isinstance(numbers, list) or not all(isinstance(number, str) for number in numbers):
        raise ValidationFailed("ids are a list of the numbers of rules, as texts")
    return {"cleared": engine.faults.clear(numbers)}


def _document(body: bytes) -> object:
    try:
        return json.loads(body or b"{}")
    except ValueError as error:
        raise ValidationFailed(f"the body is no JSON: {error}") from error


_ACTS: dict[str, Callable[[Engine, bytes], dict[str, Any]]] = {"GET": _listed, "POST": _added, "DELETE": _cleared}
