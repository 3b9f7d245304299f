"""State machines, executions and their histories, each written through to disk.

docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from slipway.engine.engine import Engine
from slipway.engine.errors import AwsError
from slipway.engine.service import Call, Service
from slipway.engine.store import Record, Table

SERVICE = Service("stepfunctions", iam="states")
Item = TypeVar("Item")


def machines(engine: Engine) -> Table:
    """State machines by ARN: the members of DescribeStateMachine, and `tags`."""
    return engine.store("stepfunctions").table("machines")


def executions(engine: Engine, machine_arn: str) -> Table:
    """The executions of one state machine by ARN: the members of DescribeExecution."""
    return engine.store("stepfunctions").table(f"executions {machine_arn}")


def snapshots(engine: Engine) -> Table:
    """Each execution's state machine as it was when the execution started, by the execution's ARN."""
    return engine.store("stepfunctions").table("snapshots")


def positions(engine: Engine, execution_arn: str) -> Table:
    """How far one execution has come (`position`)."""
    return engine.store("stepfunctions").table(f"position {execution_arn}")


def history(engine: Engine, execution_arn: str) -> Table:
    """The events of one execution, by their number."""
    return engine.store("stepfunctions").table(f"history {execution_arn}")


def machine_arn_of(execution_arn: str) -> str:
    """The state machine of an execution."""
    return execution_arn.rpartition(":")[0].replace(":execution:", ":stateMachine:")


def machine_of(engine: Engine, arn: str) -> Record:
    """A state machine; it must exist."""
    record = machines(engine).get(arn)
    if record is None:
        raise AwsError("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")
    return record


def execution_of(engine: Engine, arn: str) -> Record:
    """An execution; it must exist."""
    record = executions(engine, machine_arn_of(arn)).get(arn)
    if record is None:
        raise AwsError("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")
    return record


def forget(engine: Engine, execution_arn: str) -> None:
    """Remove an execution with all that is kept of it."""
    history(engine, execution_arn).clear()
    positions(engine, execution_arn).clear()
    for table in (executions(engine, machine_arn_of(execution_arn)), snapshots(engine)):
        table.pop(execution_arn, None)


def now() -> str:
    """This moment, as records keep it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """A record's moment as the API gives it."""
    return datetime.fromisoformat(text)


def shown(record: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Members of a record for an answer, dates as dates; absent ones are left out."""
    found = {name: record[name] for name in names if record.get(name) is not None}
    return {name: moment(value) if name.endswith("Date") else value for name, value in found.items()}


def page(call: Call, items: Sequence[Item], most: int = 100) -> tuple[list[Item], dict[str, str]]:
    """The items of the page that is asked for, and the `nextToken` member of the answer if there are more.

    "The default is 100 and the maximum allowed page size is 1000. A value of 0 uses the default."
    """
    token = call.params.get("nextToken", "0")
    if not token.isdigit():
        raise AwsError("InvalidToken", f"Invalid Token: '{token}'")
    begin = int(token)
    end = begin + (int(call.params.get("maxResults", 0)) or most)
    return list(items[begin:end]), {"nextToken": str(end)} if end < len(items) else {}
