"""The service object, its records, and the few things that all of its operations share.

docs.aws.amazon.com/glue/latest/dg/aws-glue-api.html
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from slipway.engine import paging
from slipway.engine.errors import AwsError
from slipway.engine.service import Call, Service

if TYPE_CHECKING:
    from slipway.engine.engine import Engine
    from slipway.engine.store import Record, Table

SERVICE = Service("glue")
PRINCIPAL = "glue.amazonaws.com"
_MOST = 100


def now() -> float:
    """The time as records keep it: seconds since 1970."""
    return time.time()


def table(engine: Engine, name: str) -> Table:
    """Glue's records called `name`."""
    return engine.store("glue").table(name)


def invalid(message: str) -> AwsError:
    """Glue's refusal of a request."""
    return AwsError("InvalidInputException", message)


def refused(what: str) -> AwsError:
    """Glue would take it, the engine does not execute it."""
    return invalid(f"{what} is not executed by the local engine; docs/local-engine.md says what is")


def missing(kind: str, name: str) -> AwsError:
    """There is no such thing."""
    return AwsError("EntityNotFoundException", f"Entity not found: {kind} {name}")


def taken(kind: str, name: str) -> AwsError:
    """The name is in use."""
    return AwsError("AlreadyExistsException", f"{kind} with name {name} already exists")


def find(engine: Engine, kind: str, name: str) -> Record:
    """The job, trigger or workflow called `name`; it must exist."""
    record = table(engine, kind).get(name)
    if record is None:
        raise missing(kind, name)
    return record


def named(kind: str, member: str = "Name") -> Callable[[Call], str]:
    """For `resource=`: the ARN of the thing that a request's `member` names.

    docs.aws.amazon.com/glue/latest/dg/glue-specifying-resource-arns.html
    """
    return lambda call: call.arn(f"{kind}/{call.params[member]}")


def each_named(kind: str, member: str) -> Callable[[Call], list[str]]:
    """For `resource=`: the ARNs of the things that a request's list names."""
    return lambda call: [call.arn(f"{kind}/{name}") for name in call.params[member]]


def rendered(record: Record) -> dict[str, Any]:
    """A record as an answer: seconds since 1970 become timestamps, private members (`_…`) stay inside."""
    return {name: _value(name, value) for name, value in record.items() if not name.startswith("_")}


def _value(name: str, value: Any) -> Any:
    return datetime.fromtimestamp(value, UTC) if name.endswith("On") and isinstance(value, float) else value


def page(items: Sequence[Any], params: dict[str, Any], member: str) -> dict[str, Any]:
    """One page of a list."""
    most = params.get("MaxResults", _MOST)
    found, token = paging.page(items, params.get("NextToken"), most, invalid("The NextToken is not valid"))
    return {member: found, **({"NextToken": token} if token else {})}
