"""A Lambda step: a function is called under the pipeline's role, and its answer holds the outputs.

docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html#step-type-lambda
"""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from slipway.engine.services.sagemaker.pipelines.errors import StepFailed
from slipway.engine.services.sagemaker.pipelines.step_run import StepRun
from slipway.engine.services.sagemaker.pipelines.steps import outputs
from slipway.engine.services.sagemaker.pipelines.steps.calls import invocation_failed


def run(run: StepRun) -> dict[str, Any]:
    """Call the function and keep what it answers.

    A call that an earlier engine was in when it was killed is not made again: nobody knows how far it came.
    """
    if run.record["StepStatus"] != "Starting":
        raise StepFailed("InternalServerError: the engine was restarted while the function ran; retry the execution")
    function = str(run.resolve(run.step.body["FunctionArn"]))
    payload = run.resolve(run.step.arguments)
    run.change(StepStatus="Executing", Metadata={"Lambda": {"Arn": function}})
    answer = _invoke(run, function, payload)
    given = answer if isinstance(answer, dict) else {}
    values = outputs.typed(run.step.body.get("OutputParameters") or [], given)
    run.change(Metadata={"Lambda": {"Arn": function, "OutputParameters": outputs.listed(values)}})
    return outputs.properties(values)


def _invoke(run: StepRun, function: str, payload: dict[str, Any]) -> Any:
    try:
        answer = run.caller.client("lambda").invoke(FunctionName=function, Payload=json.dumps(payload).encode())
    except ClientError as error:
        raise invocation_failed("lambda:Invoke", error.response["Error"]["Message"]) from error
    except BotoCoreError as error:
        raise invocation_failed("lambda:Invoke", str(error)) from error
    text = answer["Payload"].read().decode()
    if "FunctionError" in answer:
        raise StepFailed(f"ClientError: Received error from Lambda function {function}: {text}")
    try:
        return json.loads(text) if text else None
    except ValueError:
        raise StepFailed(f"ClientError: Lambda function {function} did not answer JSON: {text}") from None
