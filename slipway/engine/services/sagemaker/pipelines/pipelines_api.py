"""Pipelines: the operations on what is executed.

docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePipeline.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from slipway.engine.services.sagemaker import tags
from slipway.engine.services.sagemaker.listing import Listing
from slipway.engine.services.sagemaker.pipelines.definition import parse
from slipway.engine.services.sagemaker.pipelines.errors import conflict
from slipway.engine.services.sagemaker.pipelines.records import (
    ENDED,
    EXECUTIONS,
    PIPELINES,
    executions_of,
    find_pipeline,
)
from slipway.engine.services.sagemaker.refusal import accept_only
from slipway.engine.services.sagemaker.service import PRINCIPAL, SERVICE, invalid, named, now, pick, rendered, table

if TYPE_CHECKING:
    from slipway.engine.service import Call

_KEPT = ("PipelineDisplayName", "PipelineDescription", "RoleArn", "ParallelismConfiguration")
_LISTING = Listing("PipelineSummaries", "PipelineName")


def pipeline_arn(call: Call) -> str:
    """The pipeline that a request names by its name or its ARN."""
    return call.arn(f"pipeline/{call.params['PipelineName'].rsplit('/', 1)[-1]}")


@SERVICE.operation("CreatePipeline", resource=named("pipeline", "PipelineName"), passes={"RoleArn": PRINCIPAL})
def create_pipeline(call: Call) -> dict[str, Any]:
    """Keep a pipeline whose definition can be executed as a whole."""
    params = call.params
    arn = call.arn(f"pipeline/{params['PipelineName']}")
    tags.check(call, arn)
    earlier = table(call.engine, PIPELINES).get(params["PipelineName"])
    if earlier is not None and earlier["_token"] == params["ClientRequestToken"]:
        return {"PipelineArn": arn}
    at = now()
    record = {
        "PipelineName": params["PipelineName"],
        "PipelineArn": arn,
        "PipelineDisplayName": params["PipelineName"],
        "PipelineStatus": "Active",
        "CreationTime": at,
        "LastModifiedTime": at,
        "CreatedBy": {},
        "LastModifiedBy": {},
        **pick(params, *_KEPT),
        "PipelineDefinition": _definition(call),
        "_version": 1,
        "_token": params["ClientRequestToken"],
    }
    if not table(call.engine, PIPELINES).claim(params["PipelineName"], record):
        raise invalid(
            "Pipeline names must be unique within an AWS account and region. "
            f"Pipeline with name ({params['PipelineName']}) already exists."
        )
    tags.put(call.engine, arn, params.get("Tags", []))
    return {"PipelineArn": arn}


def _definition(call: Call) -> str:
    """The definition's text, checked; one in S3 is read with the caller's own rights.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_PipelineDefinitionS3Location.html
    """
    params = call.params
    if ("PipelineDefinition" in params) == ("PipelineDefinitionS3Location" in params):
        raise invalid("Exactly one of PipelineDefinition and PipelineDefinitionS3Location must be given.")
    text = params.get("PipelineDefinition") or _from_s3(call, params["PipelineDefinitionS3Location"])
    parse(text)
    return str(text)


def _from_s3(call: Call, at: dict[str, str]) -> str:
    version = {"VersionId": at["VersionId"]} if "VersionId" in at else {}
    client = call.caller.on_behalf(PRINCIPAL).client("s3")
    try:
        body: bytes = client.get_object(Bucket=at["Bucket"], Key=at["ObjectKey"], **version)["Body"].read()
        return body.decode()
    except ClientError as error:
        where = f"s3://{at['Bucket']}/{at['ObjectKey']}"
        raise invalid(f"Unable to read the pipeline definition {where}: {error}") from error
    except ValueError as error:
        raise invalid(f"The pipeline definition is not UTF-8 text: {error}") from error


@SERVICE.operation("UpdatePipeline", resource=pipeline_arn, passes={"RoleArn": PRINCIPAL})
def update_pipeline(call: Call) -> dict[str, Any]:
    """A new version; executions under way keep theirs.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdatePipeline.html
    """
    params = call.params
    name = find_pipeline(call.engine, params["PipelineName"])["PipelineName"]
    given = {"PipelineDefinition", "PipelineDefinitionS3Location"} & set(params)
    definition = {"PipelineDefinition": _definition(call)} if given else {}

    def change(record: dict[str, Any]) -> None:
        record.update(pick(params, *_KEPT), **definition, LastModifiedTime=now())
        record["_version"] += 1

    after = table(call.engine, PIPELINES).change(name, change)
    return {"PipelineArn": after["PipelineArn"], "PipelineVersionId": after["_version"]}


@SERVICE.operation("DescribePipeline", resource=pipeline_arn)
def describe_pipeline(call: Call) -> dict[str, Any]:
    """One pipeline; docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribePipeline.html."""
    accept_only("DescribePipeline", call.params, ("PipelineName",))
    return rendered(find_pipeline(call.engine, call.params["PipelineName"]))


@SERVICE.operation("ListPipelines")
def list_pipelines(call: Call) -> dict[str, Any]:
    """One page of pipelines; docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListPipelines.html."""
    prefix = call.params.get("PipelineNamePrefix", "")
    params = {key: value for key, value in call.params.items() if not key.startswith("Created")}
    for given, wanted in (("CreatedAfter", "CreationTimeAfter"), ("CreatedBefore", "CreationTimeBefore")):
        if given in call.params:
            params[wanted] = call.params[given]
    found = [record for record in table(call.engine, PIPELINES).values() if record["PipelineName"].startswith(prefix)]
    return _LISTING.page(found, params, _summary)


def _summary(record: dict[str, Any]) -> dict[str, Any]:
    kept = pick(
        record,
        *("PipelineArn", "PipelineName", "PipelineDisplayName", "PipelineDescription", "RoleArn"),
        *("CreationTime", "LastModifiedTime"),
    )
    return {**kept, "LastExecutionTime": record["LastRunTime"]} if "LastRunTime" in record else kept


@SERVICE.operation("DeletePipeline", resource=pipeline_arn)
def delete_pipeline(call: Call) -> dict[str, Any]:
    """Forget a pipeline and its executions, unless one is under way.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeletePipeline.html
    """
    record = find_pipeline(call.engine, call.params["PipelineName"])
    executions = executions_of(call.engine, record["PipelineName"])
    running = [one["PipelineExecutionArn"] for one in executions if one["PipelineExecutionStatus"] not in ENDED]
    if running:
        raise conflict(
            f"Pipeline '{record['PipelineArn']}' has running executions: {', '.join(running)}. Stop them first."
        )
    for execution in executions:
        del table(call.engine, EXECUTIONS)[execution["PipelineExecutionArn"]]
    del table(call.engine, PIPELINES)[record["PipelineName"]]
    tags.drop(call.engine, record["PipelineArn"])
    return {"PipelineArn": record["PipelineArn"]}
