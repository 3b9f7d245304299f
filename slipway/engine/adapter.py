"""MiniStack's private names, all of them, in one place.

Nothing else imports `ministack`, except the corrections in `mend/`, which do so through functions here where they can.
`tests/engine/test_adapter.py` is the contract: it fails by name when a new version moves something.

MiniStack reads its settings when it is imported, so `prepare` comes first and imports happen inside functions.
"""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipway.engine.errors import AwsError
from slipway.loopback import past_proxies

if TYPE_CHECKING:
    from slipway.engine.credentials import Credentials

Headers = dict[str, str]
Response = tuple[int, Headers, Any]

PERSON = "person-at-the-keyboard"

# What the person's own AWS tools read, and the engine must not.
_PERSONS = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CA_BUNDLE")


def prepare(home: Path, port: int, region: str, account: str, clock_factor: float) -> None:
    """Set what MiniStack reads at import: loopback only, authorization on, everything it writes below `home`."""
    temporary = home / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        {
            "AUTH": "true",
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "localhost",
            "GATEWAY_PORT": str(port),
            "EDGE_PORT": str(port),
            "MINISTACK_ACCOUNT_ID": account,
            "MINISTACK_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_REGION": region,
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ACCESS_KEY_ID": "",
            "AWS_SECRET_ACCESS_KEY": "",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(state_folder(home)),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(home / "state" / "s3"),
            "SFN_WAIT_SCALE": str(1 / clock_factor),
            "LAMBDA_EXECUTOR": "local",
            # Handlers that wait (a function that calls back in, a build, a stack) hold a thread each; idle ones cost
            # nothing, and when they run out the calls that would end the waiting wait too.
            "MINISTACK_WORKER_THREADS": "1100",
            "LOG_LEVEL": os.environ.get("SLIPWAY_LOG_LEVEL", "WARNING"),
            "TMPDIR": str(temporary),
        }
    )
    for name in _PERSONS:
        os.environ.pop(name, None)
    past_proxies()
    import tempfile

    tempfile.tempdir = str(temporary)


def application() -> Any:
    """MiniStack's ASGI application."""
    return _module("app").app


def denial(principal: str, *, explicit: bool) -> Any:
    """MiniStack's value for "not allowed"."""
    result = _module("core.iam_evaluator").EvalResult
    return result("Deny" if explicit else "ImplicitDeny", principal_arn=principal)


@dataclass(frozen=True)
class Identified:
    """Who signed a request, or the code and message of why that could not be told."""

    access_key_id: str = ""
    arn: str = ""
    code: str = ""
    message: str = ""


@dataclass(frozen=True)
class Known:
    """Whose key it is, and the secret that it signs with."""

    arn: str
    secret: str


def resolve(access_key_id: str, token: str | None) -> Known:
    """The identity of a key with its session token; AwsError for one that is unknown, expired or switched off."""
    evaluator = _module("core.iam_evaluator")
    found = evaluator.resolve_credential(access_key_id, _account(), token or "")
    if isinstance(found, evaluator.CredentialResolutionError):
        expired = found.code == "ExpiredTokenException"
        raise AwsError(found.code if expired else "UnrecognizedClientException", found.message, status=403)
    return Known(found.principal_arn, found.secret_access_key)


def identify(headers: Headers, query: dict[str, list[str]]) -> Identified:
    """Verify the signature of the request that is being served and tell who made it."""
    evaluator = _module("core.iam_evaluator")
    key = _module("core.router").extract_access_key_id(headers, query) or ""
    if not key:
        return Identified(code="MissingAuthenticationToken", message="Missing Authentication Token")
    account = _account()
    credential = evaluator.authenticate(key, account)
    if isinstance(credential, evaluator.AuthError):
        return Identified(code=credential.code, message=credential.message)
    resolved = credential or evaluator.resolve_credential(key, account)
    if isinstance(resolved, evaluator.CredentialResolutionError):
        return Identified(code=resolved.code, message=resolved.message)
    return Identified(key, resolved.principal_arn)


def signer(headers: Headers, query: dict[str, list[str]]) -> str:
    """The access key that a request names; empty when it is not signed."""
    return str(_module("core.router").extract_access_key_id(headers, query) or "")


def arn_of(access_key_id: str) -> str:
    """The identity behind an access key, as far as it is known."""
    resolved = _module("core.iam_evaluator").resolve_credential(access_key_id, _account())
    return str(getattr(resolved, "principal_arn", ""))


def secret_of(access_key_id: str) -> tuple[str, str | None] | None:
    """Secret and session token of a key, for a signature that is not SigV4's own; None if unknown or expired."""
    resolved = _module("core.iam_evaluator").resolve_credential(access_key_id, _account())
    secret = getattr(resolved, "secret_access_key", None)
    return (str(secret), resolved.session_token) if secret else None


def role(role_arn: str) -> dict[str, Any] | None:
    """The stored role, or None."""
    name = role_arn.rsplit("/", 1)[-1]
    found = _module("services.iam")._roles.get_scoped(_account(), None, name)
    return dict(found) if found is not None and found.get("Arn") == role_arn else None


def register_person(credentials: Credentials) -> str:
    """Make the person at the keyboard an IAM user with every right, signed like everybody; returns the ARN."""
    iam = _module("services.iam")
    arn = f"arn:aws:iam::{_account()}:user/{PERSON}"
    iam._users[PERSON] = {
        "UserName": PERSON,
        "Arn": arn,
        "UserId": "AIDAPERSONATKEYBOARD",
        "CreateDate": iam._now(),
        "Path": "/",
        "PermissionsBoundary": "",
        "AttachedPolicies": [],
        "Tags": [],
    }
    document = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
    iam._user_inline_policies[PERSON] = {"Everything": document}
    iam._access_keys[credentials.access_key_id] = {
        "UserName": PERSON,
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.secret_access_key,
        "Status": "Active",
        "CreateDate": iam._now(),
    }
    return arn


def routing_query(
    method: str, path: str, headers: Headers, body: bytes, query: dict[str, list[str]]
) -> dict[str, list[str]]:
    """The query with the form fields of a Query-protocol body, as the router wants it."""
    params: dict[str, list[str]] = _module("app")._routing_params(method, path, headers, body, query)
    return params


def put_service_event(entry: dict[str, Any]) -> None:
    """Put an event whose source begins with `aws.` on the bus it names; only AWS's own services may."""
    _module("services.eventbridge")._put_events({"Entries": [entry]}, allow_aws_source=True)


def state_folder(home: Path) -> Path:
    """Where MiniStack loads its state from, one file a service."""
    return home / "state" / "ministack"


def states(service: str = "") -> dict[str, Callable[[], str | None]]:
    """What to save of a service, or of all: by file name its state as text, None when there is nothing to save.

    The text is that of the file which is loaded at start.
    """
    app = _module("app")
    declared = app.SERVICE_REGISTRY.get(service, {})
    modules = {declared.get("module"), *declared.get("sub_modules", ())}
    return {
        name: partial(_state, name, get)
        for name, get in app._build_persistence_save_dict().items()
        if not service or app._state_map[name] in modules
    }


def _state(service: str, get: Callable[[], Any]) -> str | None:
    persistence = _module("core.persistence")
    state = get()
    if state is None:
        return None
    wrapped = {"__ministack_format__": persistence._state_format_version(service), "payload": state}
    return json.dumps(wrapped, default=persistence._json_default)


def request_scope(account: str, region: str) -> Any:
    """A context manager that pins account and region for work outside of a request."""
    return _module("core.responses").request_scope(account, region)


def part(name: str) -> Any:
    """A MiniStack module by its path below `ministack` (`services.eventbridge`), for the corrections in `mend/`."""
    return _module(name)


def replace(module: str, name: str, make: Callable[[Any], Any]) -> None:
    """Put `make(original)` in the place of a MiniStack function; an AttributeError names one that is gone."""
    owner = _module(module)
    setattr(owner, name, make(getattr(owner, name)))


def _account() -> str:
    return os.environ["MINISTACK_ACCOUNT_ID"]


@cache
def _module(name: str) -> Any:
    return importlib.import_module(f"ministack.{name}")
