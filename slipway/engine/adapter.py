"""MiniStack's private names, all of them, in one place.

Nothing else imports `ministack`, except the corrections in `mend/`, which do so through functions here where they can.
`tests/engine/test_adapter.py` is the contract: it fails by name when a new version moves something.

MiniStack reads its settings when it is imported, so `prepare` comes first and imports happen inside functions.
"""

from __future__ import annotations

import importlib
import json
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipway.loopback import past_proxies

if TYPE_CHECKING:
    from slipway.engine.credentials import Credentials

Headers = dict[str, str]
Response = tuple[int, Headers, Any]
Dispatch = Callable[[str, str, Headers, bytes, dict[str, list[str]], str], Awaitable[Response]]

PERSON = "person-at-the-keyboard"

# What the person's own AWS tools read, and the engine must not.
_PERSONS = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CA_BUNDLE")

_EXECUTED = frozenset(
    {
        *("apigateway", "cloudformation", "events", "iam", "kms", "lambda", "logs", "monitoring"),
        *("s3", "secretsmanager", "sns", "sqs", "ssm", "sts"),
    }
)


@dataclass(frozen=True)
class Decision:
    """What the policies say about one action."""

    allowed: bool
    principal: str
    reason: str

    def because(self, action: str) -> str:
        """AWS's half sentence for a refusal."""
        if self.reason == "Deny":
            return "with an explicit deny in a policy"
        return f"because no identity-based policy allows the {action} action"


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


def install(dispatch: Callable[[Dispatch], Dispatch], enforce: Callable[..., Any]) -> None:
    """Put our dispatcher around MiniStack's, our check around its policy check, and close its root keys."""
    app = _module("app")
    evaluator = _module("core.iam_evaluator")
    app._dispatch_service_request = dispatch(app._dispatch_service_request)
    original = evaluator.enforce

    def checked(*args: Any, **kwargs: Any) -> Any:
        return enforce(original, *args, **kwargs)

    evaluator.enforce = checked
    pin = evaluator.pin_request_origin
    # AWS is reached over TLS only; here nothing leaves the machine, and loopback stands for it.
    app.pin_request_origin = lambda address, _secure: pin(address, True)
    # MiniStack would load every service model of botocore (370 MB) to tell a foreign service from a misspelt one.
    _module("core.router")._is_aws_service_name = bool
    evaluator.is_root_access_key = _no_root_key
    evaluator._is_root_key = _no_root_key


def _no_root_key(access_key_id: str) -> bool:
    """MiniStack takes `test`, an empty key and any twelve digits for root; the engine has no such door."""
    del access_key_id
    return False


def denial(principal: str) -> Any:
    """MiniStack's value for "not allowed"."""
    return _module("core.iam_evaluator").EvalResult("ImplicitDeny", principal_arn=principal)


def is_credential_failure(result: Any) -> bool:
    """Whether the policy check stopped at the credentials."""
    return isinstance(result, _module("core.iam_evaluator").AuthError)


@dataclass(frozen=True)
class Identified:
    """Who signed a request, or the code and message of why that could not be told."""

    access_key_id: str = ""
    arn: str = ""
    code: str = ""
    message: str = ""


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


def decide(access_key_id: str, action: str, resource: str, region: str, context: dict[str, Any]) -> Decision:
    """Evaluate identity, boundary, session and resource policies for a key that was authenticated before."""
    evaluator = _module("core.iam_evaluator")
    principal = evaluator.resolve_principal(access_key_id, _account())
    if isinstance(principal, evaluator.AuthError):
        return Decision(False, access_key_id, principal.code)
    if principal.policies is None:
        return Decision(True, principal.arn, "Allow")
    lowered = {key.lower(): value for key, value in context.items()}
    lowered.setdefault("aws:tagkeys", None)
    evaluated = evaluator.EvalContext(
        principal_arn=principal.arn,
        principal_type=principal.type,
        principal_account=principal.account,
        action=action,
        resource_arn=resource,
        region=region,
        service_context=lowered,
        principal_keys=principal.keys,
    )
    result = evaluator.evaluate(evaluated, principal.policies, *principal.limits)
    service = action.split(":", 1)[0]
    found = evaluator._resource_policy(service, resource) if action != "iam:PassRole" else None
    if found is not None:
        result = evaluator.combine_resource_policy(
            result, evaluated, *found, required=service in evaluator._POLICY_REQUIRED, limits=principal.limits
        )
    return Decision(result.decision == "Allow", principal.arn, result.decision)


def resource_policy_allows(service: str, action: str, resource: str, context: Mapping[str, Any]) -> bool:
    """Whether the resource's own policy lets the AWS service principal do this."""
    evaluator = _module("core.iam_evaluator")
    found = evaluator._resource_policy(action.split(":", 1)[0], resource)
    if found is None:
        return False
    account = _account()
    evaluated = evaluator.EvalContext(
        principal_arn=f"service/{service}",
        principal_type="Service",
        principal_account=account,
        action=action,
        resource_arn=resource,
        region="",
        service_context={key.lower(): value for key, value in context.items()},
    )
    return bool(evaluator.evaluate_resource_policy(found[0], evaluated, service=service).decision == "Allow")


def role(role_arn: str) -> dict[str, Any] | None:
    """The stored role, or None."""
    name = role_arn.rsplit("/", 1)[-1]
    found = _module("services.iam")._roles.get_scoped(_account(), None, name)
    return dict(found) if found is not None and found.get("Arn") == role_arn else None


def trusts(role_arn: str, principal: str, context: Mapping[str, Any]) -> bool:
    """Whether the role's trust policy lets `principal`, a service principal or a caller's ARN, assume it."""
    found = role(role_arn)
    if found is None:
        return False
    evaluator = _module("core.iam_evaluator")
    is_service = not principal.startswith("arn:")
    evaluated = evaluator.EvalContext(
        principal_arn=principal if not is_service else f"service/{principal}",
        principal_type="Service" if is_service else "AssumedRole",
        principal_account=_account(),
        action="sts:AssumeRole",
        resource_arn=role_arn,
        region="",
        service_context={key.lower(): value for key, value in context.items()},
    )
    document = found.get("AssumeRolePolicyDocument", "{}")
    if not is_service:
        return bool(evaluator.evaluate_trust_policy(document, principal, evaluated))
    result = evaluator.evaluate_resource_policy(_without_resources(document), evaluated, service=principal)
    return bool(result.decision == "Allow")


def _without_resources(document: str | dict[str, Any]) -> dict[str, Any]:
    """A trust policy as a resource policy: its statements hold for the role itself."""
    parsed = json.loads(document) if isinstance(document, str) else document
    statements = parsed.get("Statement", [])
    statements = [statements] if isinstance(statements, dict) else statements
    return {"Statement": [{**statement, "Resource": "*"} for statement in statements]}


def register_session(
    credentials: Credentials, role_arn: str, session_name: str, arn: str, seconds: int, policy: str = ""
) -> None:
    """Make keys of a role's session known to the authenticator; `policy` is a session policy that narrows it."""
    identifier = (role(role_arn) or {}).get("RoleId", "AROA")
    _register(credentials, arn, f"{identifier}:{session_name}", "AssumedRole", seconds, policy)


def register_service_session(credentials: Credentials, principal: str, seconds: int) -> None:
    """Make keys of an AWS service principal known to the authenticator; they have no identity policy."""
    _register(credentials, f"arn:aws:iam::{_account()}:service/{principal}", principal, "Service", seconds)


def _register(credentials: Credentials, arn: str, identifier: str, kind: str, seconds: int, policy: str = "") -> None:
    _module("services.sts").register_session(
        credentials.access_key_id,
        {
            "Arn": arn,
            "UserId": identifier,
            "SecretAccessKey": credentials.secret_access_key,
            "SessionToken": credentials.token,
            "Expiration": time.time() + seconds,
            "AccountId": _account(),
            "PrincipalType": kind,
            "SessionPolicies": {"Policy": policy, "PolicyArns": []} if policy else None,
        },
    )


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


def service_of(method: str, path: str, headers: Headers, query: dict[str, list[str]]) -> str:
    """The MiniStack service that a request is for."""
    return str(_module("core.router").detect_service(method, path, headers, query))


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


def replace_service(name: str, module: Any) -> None:
    """Take a MiniStack service out, so that ours answers for its name."""
    _module("app")._loaded_modules[name] = module


def services() -> frozenset[str]:
    """MiniStack's names of its services that docs/local-engine.md answers for; it has many more, recorded only."""
    return _EXECUTED


def part(name: str) -> Any:
    """A MiniStack module by its path below `ministack` (`services.eventbridge`), for the corrections in `mend/`."""
    return _module(name)


def replace(module: str, name: str, make: Callable[[Any], Any]) -> None:
    """Put `make(original)` in the place of a MiniStack function; an AttributeError names one that is gone."""
    owner = _module(module)
    setattr(owner, name, make(getattr(owner, name)))


def add_resource_policies(service: str, module: str, lookup: Callable[[str], tuple[str, str] | None]) -> None:
    """Let the policy evaluator ask `lookup(arn)` for (document, account) of a service whose policies it leaves out."""
    name = "resource_policy_for_arn"
    setattr(_module(f"services.{module}"), name, lookup)
    _module("core.iam_evaluator")._RESOURCE_POLICY_LOOKUPS[service] = (module, name)


def _account() -> str:
    return os.environ["MINISTACK_ACCOUNT_ID"]


def _module(name: str) -> Any:
    return importlib.import_module(f"ministack.{name}")
