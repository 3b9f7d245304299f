"""AWS::SageMaker::Pipeline.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sagemaker-pipeline.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from slipway.engine.errors import AwsError
from slipway.engine.resource import Created, ResourceCall, ResourceType
from slipway.engine.resource_properties import is_known, picked, tag_list, tags_of
from slipway.engine.resources.sagemaker.common import gone_is_success, set_tags
from slipway.engine.services.sagemaker.pipelines.definition import parse

_BODY, _LOCATION = "PipelineDefinitionBody", "PipelineDefinitionS3Location"
# docs.aws.amazon.com/sagemaker/latest/APIReference/API_ParallelismConfiguration.html has none that takes one away
_ANY_NUMBER = {"MaxParallelExecutionSteps": 50}


def create_pipeline(call: ResourceCall) -> Created:
    """Make the pipeline. `Ref` is its name."""
    optional = picked(call.properties, "PipelineDisplayName", "PipelineDescription", "ParallelismConfiguration")
    tags = tag_list(tags_of(call.properties))
    call.caller.client("sagemaker").create_pipeline(**_shared(call), **optional, **({"Tags": tags} if tags else {}))
    return Created(str(call.properties["PipelineName"]))


def update_pipeline(call: ResourceCall) -> Created:
    """A new version; what was taken out of the template goes back to its default."""
    properties = call.properties
    call.caller.client("sagemaker").update_pipeline(
        **_shared(call),
        PipelineDisplayName=properties.get("PipelineDisplayName", call.physical_id),
        PipelineDescription=properties.get("PipelineDescription", ""),
        ParallelismConfiguration=properties.get("ParallelismConfiguration", _ANY_NUMBER),
    )
    set_tags(replace(call, physical_id=call.engine.arn("sagemaker", f"pipeline/{call.physical_id}")))
    return Created(call.physical_id)


def delete_pipeline(call: ResourceCall) -> None:
    """Delete the pipeline with its executions."""
    gone_is_success(lambda: call.caller.client("sagemaker").delete_pipeline(PipelineName=call.physical_id))


def _shared(call: ResourceCall) -> dict[str, Any]:
    return {**picked(call.properties, "PipelineName", "RoleArn"), **_definition(call.properties["PipelineDefinition"])}


def _definition(given: dict[str, Any]) -> dict[str, Any]:
    if _LOCATION not in given:
        return {"PipelineDefinition": given[_BODY]}
    at = given[_LOCATION]
    version = {"VersionId": at["Version"]} if "Version" in at else {}
    return {_LOCATION: {"Bucket": at["Bucket"], "ObjectKey": at["Key"], **version}}


def not_executed(properties: dict[str, Any]) -> Iterator[str]:
    """What CreatePipeline would refuse of a definition that is wholly known; else what is not executed here."""
    given = properties.get("PipelineDefinition")
    text = given.get(_BODY) if isinstance(given, dict) else None
    if not isinstance(text, str):
        return
    try:
        parse(str(text))
    except AwsError as error:
        if is_known(text) or error.code == "UnsupportedOperation":
            yield error.message


RESOURCES = {
    "AWS::SageMaker::Pipeline": ResourceType(
        create_pipeline,
        update_pipeline,
        delete_pipeline,
        honours=frozenset(
            {
                *("ParallelismConfiguration", "PipelineDefinition", "PipelineDescription", "PipelineDisplayName"),
                *("PipelineName", "RoleArn", "Tags"),
            }
        ),
        refuses={f"PipelineDefinition.{_LOCATION}.ETag": "Version says which object is meant"},
        check=not_executed,
    ),
}
