"""A Callback step: a message with a token goes to a queue, and somebody answers for the token.

docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html#step-type-callback
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from slipway.engine.services.sagemaker.pipelines.errors import StepFailed
from slipway.engine.services.sagemaker.pipelines.records import CALLBACKS, random_text
from slipway.engine.services.sagemaker.pipelines.step_run import StepRun
from slipway.engine.services.sagemaker.pipelines.steps import outputs
from slipway.engine.services.sagemaker.pipelines.steps.calls import invocation_failed
from slipway.engine.services.sagemaker.service import table

_TOKEN_CHARACTERS, _PAUSE = 10, 0.1


def run(run: StepRun) -> dict[str, Any]:
    """Send the message and wait for the answer; a stop is told to the queue and does not end the step by itself."""
    if "Metadata" not in run.record:
        token, queue = random_text(_TOKEN_CHARACTERS), str(run.resolve(run.step.body["SqsQueueUrl"]))
        table(run.execution.engine, CALLBACKS)[token] = {"execution": run.execution.arn, "step": run.step.name}
        run.change(Metadata={"Callback": {"CallbackToken": token, "SqsQueueUrl": queue}})
    if run.record["StepStatus"] == "Starting":
        _send(run, "Executing")
        run.change(StepStatus="Executing")
    return _answered(run, _wait(run))


def _wait(run: StepRun) -> dict[str, Any]:
    while True:
        record = run.record
        if "_answer" in record:
            answer: dict[str, Any] = record["_answer"]
            return answer
        if run.stopping and record["StepStatus"] == "Executing":
            _send(run, "Stopping")
            run.change(StepStatus="Stopping")
        run.pause(_PAUSE)


def _answered(run: StepRun, answer: dict[str, Any]) -> dict[str, Any]:
    if not answer["success"]:
        raise StepFailed(f"ClientError: {answer['reason']}" if answer["reason"] else "ClientError: The callback failed")
    values = outputs.typed(run.step.body.get("OutputParameters") or [], answer["outputs"])
    callback = {**run.record["Metadata"]["Callback"], "OutputParameters": outputs.listed(values)}
    run.change(Metadata={"Callback": callback})
    return outputs.properties(values)


def _send(run: StepRun, status: str) -> None:
    callback = run.record["Metadata"]["Callback"]
    body = {
        "token": callback["CallbackToken"],
        "pipelineExecutionArn": run.execution.arn,
        "arguments": run.resolve(run.step.arguments),
        "status": status,
    }
    # The path names the queue: a URL may say AWS's own host, or the port of an engine before this one.
    url = f"{run.execution.engine.url}{urlsplit(callback['SqsQueueUrl']).path}"
    try:
        run.caller.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(body))
    except ClientError as error:
        raise invocation_failed("sqs:SendMessage", error.response["Error"]["Message"]) from error
    except BotoCoreError as error:
        raise invocation_failed("sqs:SendMessage", str(error)) from error
