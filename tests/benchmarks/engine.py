"""The engine alone, at the clock's own speed: starting, calls, functions, executions, stacks, stopping."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from slipway import local
from tests.benchmarks import memory
from tests.benchmarks.call import GET_CALLER_IDENTITY, GET_PARAMETER, LIST_PIPELINES, bare_call
from tests.benchmarks.figure import Figure, median_milliseconds, seconds
from tests.benchmarks.load import CONNECTIONS, per_second

_START_SECONDS = 30.0
_STOP_SECONDS = 5.0
_RESOURCES = 150
_STACK_SECONDS = 1.0
_TIMES = 50
_CALLS_A_SECOND = 2_000
_STATE_MACHINE = {"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "End": True}}}
_HANDLER = "def handler(event, context):\n    return event\n"


def figures(home: Path) -> Iterator[Figure]:
    """All of it on one engine, which is removed again."""
    began = time.monotonic()
    engine = local.start(home, port=local.free_port(), clock_factor=1.0)
    yield Figure("engine start", time.monotonic() - began, "s", _START_SECONDS, "given up after")
    try:
        bare = bare_call(engine)
        yield from _calls(engine)
        yield from memory.figures(engine)
        yield Figure("warm Lambda invocation of an empty handler", _lambda(engine), "ms", *bare)
        yield Figure("execution of one Pass state, start to end", _execution(engine), "ms", *bare)
        yield Figure(f"stack of {_RESOURCES} parameters, made", _stack(engine), "s", _STACK_SECONDS)
    finally:
        took = seconds(lambda: local.remove(home))
    yield Figure("`slipway down` with nothing deployed", took, "s", _STOP_SECONDS)


def _calls(engine: local.LocalEngine) -> Iterator[Figure]:
    """Calls of services of the engine's own and of MiniStack's, on as many connections as keep it busy."""
    engine.client("ssm").put_parameter(Name="parameter", Value="value", Type="String")
    for call in (LIST_PIPELINES, GET_CALLER_IDENTITY, GET_PARAMETER):
        name = call.target.rpartition(".")[2] or "GetCallerIdentity"
        yield Figure(f"{name}, {CONNECTIONS} connections", per_second(engine, call), "calls/s", _CALLS_A_SECOND)


def _role(engine: local.LocalEngine, name: str, service: str) -> str:
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role: str = engine.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    return role


def _lambda(engine: local.LocalEngine) -> float:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as opened:
        opened.writestr("handler.py", _HANDLER)
    client = engine.client("lambda")
    client.create_function(
        FunctionName="empty",
        Runtime="python3.13",
        Handler="handler.handler",
        Role=_role(engine, "empty", "lambda.amazonaws.com"),
        Code={"ZipFile": package.getvalue()},
    )
    return median_milliseconds(lambda: client.invoke(FunctionName="empty", Payload=b"{}")["Payload"].read(), _TIMES)


def _execution(engine: local.LocalEngine) -> float:
    client = engine.client("stepfunctions")
    machine = client.create_state_machine(
        name="pass", definition=json.dumps(_STATE_MACHINE), roleArn=_role(engine, "pass", "states.amazonaws.com")
    )["stateMachineArn"]

    def run() -> None:
        execution = client.start_execution(stateMachineArn=machine)["executionArn"]
        _until(lambda: client.describe_execution(executionArn=execution)["status"], "RUNNING", "SUCCEEDED")

    return median_milliseconds(run, _TIMES)


def _stack(engine: local.LocalEngine) -> float:
    client = engine.client("cloudformation")
    resource = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "value"}}
    template = {"Resources": {f"Parameter{number}": resource for number in range(_RESOURCES)}}

    def create() -> None:
        client.create_stack(StackName="parameters", TemplateBody=json.dumps(template))
        _until(
            lambda: client.describe_stacks(StackName="parameters")["Stacks"][0]["StackStatus"],
            "CREATE_IN_PROGRESS",
            "CREATE_COMPLETE",
        )

    return seconds(create)


def _until(look: Callable[[], str], going: str, done: str) -> None:
    """Look until it is no longer `going`; RuntimeError unless it is `done` then."""
    while (status := look()) == going:
        time.sleep(0.001)
    if status != done:
        raise RuntimeError(f"expected {done}, found {status}")
