"""The answers to Callback steps.

docs.aws.amazon.com/sagemaker/latest/APIReference/API_SendPipelineExecutionStepSuccess.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slipway.engine.errors import AwsError
from slipway.engine.services.sagemaker.pipelines.errors import conflict
from slipway.engine.services.sagemaker.pipelines.records import CALLBACKS, ENDED, EXECUTIONS, Execution
from slipway.engine.services.sagemaker.service import SERVICE, table

if TYPE_CHECKING:
    from slipway.engine.service import Call


def _execution_arn(call: Call) -> str:
    """The execution that a token belongs to; any for a token that nobody gave."""
    found = table(call.engine, CALLBACKS).get(call.params["CallbackToken"])
    return str(found["execution"]) if found else call.arn("pipeline/*/execution/*")


@SERVICE.operation("SendPipelineExecutionStepSuccess", resource=_execution_arn)
def send_pipeline_execution_step_success(call: Call) -> dict[str, Any]:
    """The step succeeded, with these outputs."""
    outputs = {item["Name"]: item["Value"] for item in call.params.get("OutputParameters", [])}
    return _answer(call, {"success": True, "outputs": outputs})


@SERVICE.operation("SendPipelineExecutionStepFailure", resource=_execution_arn)
def send_pipeline_execution_step_failure(call: Call) -> dict[str, Any]:
    """The step failed, for this reason.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_SendPipelineExecutionStepFailure.html
    """
    return _answer(call, {"success": False, "reason": call.params.get("FailureReason", "")})


def _answer(call: Call, answer: dict[str, Any]) -> dict[str, Any]:
    token, request = call.params["CallbackToken"], call.params.get("ClientRequestToken")
    found = table(call.engine, CALLBACKS).get(token)
    if found is None or found["execution"] not in table(call.engine, EXECUTIONS):
        raise AwsError("ResourceNotFound", f"Callback token {token} does not exist.", status=400)

    def change(record: dict[str, Any]) -> None:
        step = record["_steps"].get(found["step"], {})
        waiting = step.get("Metadata", {}).get("Callback", {}).get("CallbackToken") == token
        earlier = step.get("_answer")
        if waiting and earlier is not None and earlier["request"] == request:
            return
        if not waiting or earlier is not None or step["StepStatus"] in ENDED:
            raise conflict(f"The step of callback token {token} was answered already.")
        step["_answer"] = {**answer, "request": request}

    Execution(call.engine, found["execution"]).change(change)
    return {"PipelineExecutionArn": found["execution"]}
