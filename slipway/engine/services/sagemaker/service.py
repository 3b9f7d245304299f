"""The service object, its records, and the few things that all of its operations share."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from slipway.engine.errors import AwsError
from slipway.engine.service import Call, Service

if TYPE_CHECKING:
    from slipway.engine.caller import Caller
    from slipway.engine.engine import Engine
    from slipway.engine.store import Table

SERVICE = Service("sagemaker")
PRINCIPAL = "sagemaker.amazonaws.com"

_TIME_SUFFIXES = ("Time", "Timestamp")


def now() -> float:
    """The time as records keep it: seconds since 1970."""
    return time.time()


def table(engine: Engine, name: str) -> Table:
    """SageMaker's records called `name`."""
    return engine.store("sagemaker").table(name)


def arn(engine: Engine, kind: str, name: str) -> str:
    """`arn:aws:sagemaker:<region>:<account>:<kind>/<name>`, in the case that the caller gave the name in.

    docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
    """
    return engine.arn("sagemaker", f"{kind}/{name}")


def role_caller(engine: Engine, role_arn: str) -> Caller:
    """A session of `role_arn` as SageMaker itself opens one; the role must trust SageMaker.

    docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
    """
    return engine.as_role(role_arn, PRINCIPAL, "SageMaker")


def find(engine: Engine, table_name: str, key: str, message: str, code: str = "ValidationException") -> dict[str, Any]:
    """The record, or the error that SageMaker answers when there is none."""
    record = table(engine, table_name).get(key)
    if record is None:
        raise AwsError(code, message, status=400)
    return record


def invalid(message: str) -> AwsError:
    """SageMaker's ValidationException, which its model does not list."""
    return AwsError("ValidationException", message, status=400)


def rendered(record: dict[str, Any]) -> dict[str, Any]:
    """A record as an answer: its seconds since 1970 become timestamps, its private members (`_…`) stay inside."""
    return public(record, lambda seconds: datetime.fromtimestamp(seconds, UTC))


def public(record: dict[str, Any], told: Callable[[float], Any]) -> dict[str, Any]:
    """A record without its private members, its times as `told` tells seconds since 1970."""
    return {key: _public(key, value, told) for key, value in record.items() if not key.startswith("_")}


def _public(key: str, value: Any, told: Callable[[float], Any]) -> Any:
    if isinstance(value, dict):
        return {name: _public(name, item, told) for name, item in value.items()}
    if isinstance(value, list):
        return [_public(key, item, told) for item in value]
    if key.endswith(_TIME_SUFFIXES) and isinstance(value, float):
        return told(value)
    return value


def pick(source: dict[str, Any], *names: str) -> dict[str, Any]:
    """The members of `source` that are called so and present."""
    return {name: source[name] for name in names if name in source}


def named(kind: str, member: str) -> Any:
    """The `resource=` of an operation on one thing: its ARN from the request's `member`."""

    def resource(call: Call) -> str:
        return call.arn(f"{kind}/{call.params[member]}")

    return resource
