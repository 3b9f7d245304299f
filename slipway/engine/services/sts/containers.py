"""Credentials for containers: an address on this machine that gives a role's keys, which SDKs so renew by themselves.

Builds and SageMaker's containers get the address and a file with a token, and no keys: what prints its variables prints
no secret. Both are good for as long as the engine runs and the role trusts the service; the keys last an hour.

docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
docs.aws.amazon.com/codebuild/latest/userguide/troubleshooting.html
docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
"""

from __future__ import annotations

import hmac
import json
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from slipway.engine import journal
from slipway.engine.errors import AwsError
from slipway.engine.mend.iam import records
from slipway.engine.service import HttpRequest, HttpResponse
from slipway.engine.services.sts.service import SERVICE

if TYPE_CHECKING:
    from slipway.engine.caller import Caller
    from slipway.engine.engine import Engine

_PREFIX = "/_aws/credentials/"


@dataclass(frozen=True)
class Given:
    """What is behind an address: its token, and the session that an AWS service made of a role."""

    token: str
    session: Mapping[str, str]


_lock = threading.Lock()
_given: dict[str, Given] = {}
_names: dict[tuple[str, ...], str] = {}


def environment(caller: Caller) -> dict[str, str]:
    """The variables by which a container calls as `caller`, a session that an AWS service made of a role."""
    session: dict[str, str] = (records.session(caller.credentials.access_key_id) or {})["ByService"]
    with _lock:
        name = _names.setdefault(tuple(session.values()), secrets.token_hex(16))
        if name not in _given:
            _given[name] = Given(secrets.token_urlsafe(32), session)
            _write(_file(caller.engine, name), _given[name].token)
    return {
        **caller.place(),
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{caller.engine.url}{_PREFIX}{name}",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(_file(caller.engine, name)),
    }


def _file(engine: Engine, name: str) -> Path:
    return engine.home / "container-tokens" / name


def _write(path: Path, token: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(token)


@SERVICE.http(_PREFIX)
def serve(engine: Engine, request: HttpRequest) -> HttpResponse:
    """Answer a container that asks for keys."""
    entry = journal.Entry(secrets.token_hex(8), "sts", "container credentials", status=403)
    given = _given.get(request.path.removeprefix(_PREFIX))
    with engine.journal.call(entry):
        sent = request.headers.get("authorization", "")
        if given is None or not hmac.compare_digest(sent.encode(), given.token.encode()):
            entry.error = "AccessDenied"
            return _json(403, {"code": "AccessDenied", "message": "The authorization token is not this address's"})
        try:
            caller = engine.authorization.as_role(**given.session)
        except AwsError as error:
            entry.error = error.code
            return _json(403, {"code": error.code, "message": error.message})
        entry.caller, entry.status = caller.arn, 200
    return _json(200, _keys(caller))


def _keys(caller: Caller) -> dict[str, str]:
    credentials = caller.credentials
    ends = (records.session(credentials.access_key_id) or {})["Expiration"]
    return {
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.secret_access_key,
        "Token": credentials.token or "",
        "Expiration": datetime.fromtimestamp(ends, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _json(status: int, body: dict[str, str]) -> HttpResponse:
    return HttpResponse(status, {"Content-Type": "application/json"}, iter((json.dumps(body).encode(),)))
