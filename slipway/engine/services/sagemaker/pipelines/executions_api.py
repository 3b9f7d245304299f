"""Executions: start, stop, retry, change.

docs.aws.amazon.com/sagemaker/latest/APIReference/API_StartPipelineExecution.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slipway.engine.services.sagemaker.pipelines import events, expressions, parameters
from slipway.engine.services.sagemaker.pipelines.definition import Definition, parse
from slipway.engine.services.sagemaker.pipelines.driver import go, wake
from slipway.engine.services.sagemaker.pipelines.pipelines_api import pipeline_arn
from slipway.engine.services.sagemaker.pipelines.records import (
    EXECUTIONS,
    PIPELINES,
    Execution,
    execution_id,
    executions_of,
    find_pipeline,
)
from slipway.engine.services.sagemaker.refusal import accept_only
from slipway.engine.services.sagemaker.service import SERVICE, invalid, now, pick, table

if TYPE_CHECKING:
    from slipway.engine.service import Call

_KEPT = ("PipelineExecutionDescription", "ParallelismConfiguration")
_ACCEPTED = ("PipelineName", "PipelineExecutionDisplayName", "PipelineParameters", "ClientRequestToken", *_KEPT)


def execution_arn(call: Call) -> str:
    """The execution that a request is about."""
    return str(call.params["PipelineExecutionArn"])


def execution(call: Call) -> Execution:
    """Likewise, with its record; SageMaker's error when there is none."""
    found = Execution(call.engine, execution_arn(call))
    found.record  # noqa: B018 - raises when there is none
    return found


@SERVICE.operation("StartPipelineExecution", resource=pipeline_arn)
def start_pipeline_execution(call: Call) -> dict[str, Any]:
    """Begin an execution of the pipeline as it is now."""
    params = call.params
    accept_only("StartPipelineExecution", params, _ACCEPTED)
    pipeline = find_pipeline(call.engine, params["PipelineName"])
    for earlier in executions_of(call.engine, pipeline["PipelineName"]):
        if earlier["_token"] == params["ClientRequestToken"]:
            return pick(earlier, "PipelineExecutionArn")
    definition = parse(pipeline["PipelineDefinition"])
    values = parameters.given(definition.parameters, params.get("PipelineParameters", []))
    record = _record(call, pipeline, values)
    record.update(_experiment(definition, record))
    table(call.engine, EXECUTIONS)[record["PipelineExecutionArn"]] = record
    table(call.engine, PIPELINES).change(
        pipeline["PipelineName"], lambda found: found.update(LastRunTime=record["CreationTime"])
    )
    events.execution_changed(call.engine, record, None)
    go(call.engine, record["PipelineExecutionArn"])
    return pick(record, "PipelineExecutionArn")


def _record(call: Call, pipeline: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    at = now()
    return {
        "PipelineArn": pipeline["PipelineArn"],
        "PipelineExecutionArn": f"{pipeline['PipelineArn']}/execution/{execution_id()}",
        "PipelineExecutionDisplayName": call.params.get(
            "PipelineExecutionDisplayName", f"execution-{round(at * 1000)}"
        ),
        "PipelineExecutionStatus": "Executing",
        "CreationTime": at,
        "LastModifiedTime": at,
        "CreatedBy": {},
        "LastModifiedBy": {},
        **pick(pipeline, "ParallelismConfiguration"),
        **pick(call.params, *_KEPT),
        "_pipeline": pipeline["PipelineName"],
        "_role": pipeline["RoleArn"],
        "_definition": pipeline["PipelineDefinition"],
        "_defined": pipeline["LastModifiedTime"],
        "_parameters": values,
        "_token": call.params["ClientRequestToken"],
        "_steps": {},
    }


@dataclass(frozen=True)
class _Names:
    """What the names of an experiment and of its trial may be made of."""

    record: dict[str, Any]

    def get(self, reference: expressions.Get) -> Any:
        """A parameter, or one of the execution's own variables."""
        if reference.root == "Parameters":
            return self.record["_parameters"][reference.name]
        return {
            "PipelineName": self.record["_pipeline"],
            "PipelineArn": self.record["PipelineArn"],
            "PipelineExecutionArn": self.record["PipelineExecutionArn"],
            "PipelineExecutionId": self.record["PipelineExecutionArn"].rsplit("/", 1)[-1],
        }[reference.name]

    def read(self, uri: str) -> Any:
        """Nothing is read before an execution begins."""
        raise LookupError(f"{uri} cannot be read for the name of an experiment")


def _experiment(definition: Definition, record: dict[str, Any]) -> dict[str, Any]:
    """The names that the experiment and the trial would have; neither is made here."""
    try:
        names = expressions.resolve(dict(definition.experiment), _Names(record))
    except LookupError as error:
        raise invalid(f"PipelineExperimentConfig cannot be worked out: {error.args[0]}") from None
    return {"PipelineExperimentConfig": names} if names else {}


@SERVICE.operation("StopPipelineExecution", resource=execution_arn)
def stop_pipeline_execution(call: Call) -> dict[str, Any]:
    """Begin nothing more, stop the jobs under way, and end as Stopped.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopPipelineExecution.html
    """

    def change(record: dict[str, Any]) -> None:
        status = record["PipelineExecutionStatus"]
        if status not in {"Executing", "Stopping"}:
            raise invalid(
                f"Pipeline execution with ARN {execution_arn(call)} is in status {status}: it cannot be stopped."
            )
        record["PipelineExecutionStatus"] = "Stopping"

    execution(call).change(change)
    wake(execution_arn(call))
    return {"PipelineExecutionArn": execution_arn(call)}


@SERVICE.operation("RetryPipelineExecution", resource=execution_arn)
def retry_pipeline_execution(call: Call) -> dict[str, Any]:
    """Go on where a failed or stopped execution ended: what succeeded is not done again.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_RetryPipelineExecution.html
    """
    found = execution(call)

    def change(record: dict[str, Any]) -> None:
        status = record["PipelineExecutionStatus"]
        if status not in {"Failed", "Stopped"}:
            raise invalid(f"Pipeline execution with ARN {found.arn} is in status {status}: it cannot be retried.")
        types = {name: found.definition.steps[name].type for name in record["_steps"]}
        if "Fail" in types.values():
            raise invalid(f"Pipeline execution with ARN {found.arn} ended with a Fail step: it cannot be retried.")
        record.update(pick(call.params, "ParallelismConfiguration"), PipelineExecutionStatus="Executing")
        record.pop("FailureReason", None)
        steps = record["_steps"]
        record["_steps"] = {name: step for name, step in steps.items() if step["StepStatus"] == "Succeeded"}

    found.change(change)
    go(call.engine, found.arn)
    return {"PipelineExecutionArn": found.arn}


@SERVICE.operation("UpdatePipelineExecution", resource=execution_arn)
def update_pipeline_execution(call: Call) -> dict[str, Any]:
    """Its name, description and parallelism.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdatePipelineExecution.html
    """
    execution(call).change(lambda record: record.update(pick(call.params, "PipelineExecutionDisplayName", *_KEPT)))
    wake(execution_arn(call))
    return {"PipelineExecutionArn": execution_arn(call)}
