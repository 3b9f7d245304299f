"""Running an invocation, in place of MiniStack's executors.

docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

from __future__ import annotations

import json
import secrets
import time
from contextvars import ContextVar
from typing import Any

from slipway.engine import adapter
from slipway.engine.caller import Caller
from slipway.engine.engine import Engine
from slipway.engine.errors import AccessDenied, AwsError
from slipway.engine.mend.lambda_.code import discard
from slipway.engine.mend.lambda_.environment import Outcome
from slipway.engine.mend.lambda_.function import FunctionVersion
from slipway.engine.mend.lambda_.metrics import FunctionMetrics
from slipway.engine.mend.lambda_.pool import Pool
from slipway.engine.processes import ProcessFailed

PRINCIPAL = "lambda.amazonaws.com"
RESPONSE_LIMIT = 6291556
CANNOT_ASSUME = "The role defined for the function cannot be assumed by Lambda."

Result = dict[str, Any]
# The request id of an event that was accepted earlier: it is the same for each attempt.
request_identity: ContextVar[str] = ContextVar("slipway_lambda_request", default="")


class Runner:
    """Runs functions of one engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.pool = Pool(engine, _exists)
        self.metrics = FunctionMetrics(engine)
        discard(engine.home / "lambda" / "tmp")
        engine.spawn("functions end with the engine", self._end)

    def _end(self) -> None:
        """End the idle environments while the engine still takes the last of their logs."""
        self._engine.stopping.wait()
        self.pool.close()

    def run(self, record: dict[str, Any], config: dict[str, Any], event: Any, request_id: str, _: float) -> Result:
        """One invocation, as MiniStack's `_execute_function_dispatch` answers it.

        `body` is the payload's JSON text, `error` whether it is an error object, `log` what was written.
        AccessDeniedException when the role does not trust Lambda any more: no function ran.
        """
        function = version_of(record, config)
        try:
            caller = self._engine.as_role(function.role, PRINCIPAL, function.name)
        except AccessDenied as denied:
            raise AwsError("AccessDeniedException", CANNOT_ASSUME, status=403) from denied
        identity, begun = request_identity.get() or request_id, time.monotonic()
        outcome = _limited(self._invoke(function, caller, event, identity, config["FunctionArn"]))
        self.metrics.invoked(function.name, time.monotonic() - begun, failed=outcome.failed)
        return _result(outcome)

    def _invoke(self, function: FunctionVersion, caller: Caller, event: Any, request_id: str, arn: str) -> Outcome:
        try:
            environment, fresh = self.pool.take(function, caller)
        except (OSError, ProcessFailed) as error:
            return _fault("Runtime.ExitError", f"RequestId: {request_id} Error: {error}")
        try:
            fault = environment.prepare() if fresh else None
            if fault is not None:
                return environment.fail(fault, request_id)
            return environment.invoke(event, request_id, arn, _trace(function))
        finally:
            self.pool.give_back(environment)


def _exists(name: str) -> bool:
    return name in adapter.part("services.lambda_svc")._functions


def version_of(record: dict[str, Any], config: dict[str, Any]) -> FunctionVersion:
    """The version that a record of MiniStack's describes, with its layers."""
    resolve = adapter.part("services.lambda_svc")._resolve_layer_zip
    layers = [archive for layer in config.get("Layers") or [] if (archive := resolve(layer))]
    return FunctionVersion.of(config, record["code_zip"], layers)


def _trace(function: FunctionVersion) -> str:
    """An X-Ray trace header; sampled when tracing is active."""
    root = f"1-{int(time.time()):08x}-{secrets.token_hex(12)}"
    return f"Root={root};Parent={secrets.token_hex(8)};Sampled={int(function.traced)}"


def _limited(outcome: Outcome) -> Outcome:
    if len(outcome.payload.encode()) <= RESPONSE_LIMIT:
        return outcome
    text = f"Response payload size exceeded maximum allowed payload size ({RESPONSE_LIMIT} bytes)."
    return Outcome(_fault("Function.ResponseSizeTooLarge", text).payload, failed=True, log=outcome.log)


def _fault(kind: str, message: str) -> Outcome:
    return Outcome(json.dumps({"errorType": kind, "errorMessage": message}), failed=True)


def _result(outcome: Outcome) -> Result:
    """`body` is parsed, since MiniStack's callers look into it."""
    result: Result = {"body": json.loads(outcome.payload), "log": "\n".join(outcome.log)}
    return {**result, "error": True, "function_error": "Unhandled"} if outcome.failed else result
