"""AWS::CodePipeline::Pipeline.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-codepipeline-pipeline.html

`Webhook` and `CustomActionType` are refused as types: there is no git host to call, and no job worker.
"""

from __future__ import annotations

import json
from typing import Any

from slipway.engine.resource import Created, ResourceCall, ResourceFailed, ResourceType
from slipway.engine.resource_properties import or_removed, tag_change, tag_list, tags_of
from slipway.engine.services.codepipeline.not_executed import not_executed

_NOT_DECLARED = ("DisableInboundStageTransitions", "RestartExecutionOnUpdate", "Tags", "Name", "ArtifactStores")
_NAME_CHARACTERS = 100


def create(call: ResourceCall) -> Created:
    """Create the pipeline, which starts its first execution, and disable what is to be disabled."""
    name = call.properties.get("Name") or call.physical_name(_NAME_CHARACTERS)
    client = call.caller.client("codepipeline")
    tags = tag_list(tags_of(call.properties), "key", "value")
    made = client.create_pipeline(pipeline=declaration(name, call.properties), **({"tags": tags} if tags else {}))
    with or_removed(call, name):
        _disable(call, name, _transitions(call.properties))
    return _created(call, made["pipeline"])


def update(call: ResourceCall) -> Created:
    """Replace the declaration, the tags and the transitions; start an execution when the template says so."""
    name, client = call.physical_id, call.caller.client("codepipeline")
    declared = declaration(name, call.properties)
    if declared == declaration(name, call.old_properties):
        made = client.get_pipeline(name=name)["pipeline"]
    else:
        made = client.update_pipeline(pipeline=declared)["pipeline"]
    _retag(call, name)
    before, after = _transitions(call.old_properties), _transitions(call.properties)
    for stage in before.keys() - after.keys():
        client.enable_stage_transition(pipelineName=name, stageName=stage, transitionType="Inbound")
    _disable(call, name, after)
    if call.properties.get("RestartExecutionOnUpdate") in (True, "true"):
        client.start_pipeline_execution(name=name)
    return _created(call, made)


def delete(call: ResourceCall) -> None:
    """Delete the pipeline; one that is gone is no error."""
    call.caller.client("codepipeline").delete_pipeline(name=call.physical_id)


def declaration(name: str, properties: dict[str, Any]) -> dict[str, Any]:
    """The properties as the API's PipelineDeclaration: the same words, beginning with a small letter."""
    declared = {key: value for key, value in properties.items() if key not in _NOT_DECLARED}
    stores = {store["Region"]: _member(store["ArtifactStore"]) for store in properties.get("ArtifactStores", [])}
    return {"name": name, **_member(declared), **({"artifactStores": stores} if stores else {})}


def _member(value: Any) -> Any:
    """A property's value with its members renamed; a Configuration's keys are the provider's own."""
    if isinstance(value, list):
        return [_member(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key[0].lower() + key[1:]: _typed(key, inner) for key, inner in value.items()}


def _typed(key: str, value: Any) -> Any:
    if key == "Configuration":
        return _configuration(value)
    return int(value) if key in ("RunOrder", "TimeoutInMinutes") else _member(value)


def _configuration(value: Any) -> dict[str, str]:
    """All values as strings: a template may write `false` or a number."""
    given = json.loads(value) if isinstance(value, str) else value
    wrong = [key for key, inner in given.items() if isinstance(inner, dict | list)]
    if wrong:
        raise ResourceFailed(f"Configuration value of {wrong[0]} must be a string; write JSON as text (!Sub or |)")
    return {key: inner if isinstance(inner, str) else json.dumps(inner) for key, inner in given.items()}


def _transitions(properties: dict[str, Any]) -> dict[str, str]:
    return {item["StageName"]: item["Reason"] for item in properties.get("DisableInboundStageTransitions", [])}


def _disable(call: ResourceCall, name: str, transitions: dict[str, str]) -> None:
    for stage, reason in transitions.items():
        call.caller.client("codepipeline").disable_stage_transition(
            pipelineName=name, stageName=stage, transitionType="Inbound", reason=reason
        )


def _retag(call: ResourceCall, name: str) -> None:
    arn, client, tags = call.engine.arn("codepipeline", name), call.caller.client("codepipeline"), tag_change(call)
    if tags.removed:
        client.untag_resource(resourceArn=arn, tagKeys=tags.removed)
    if tags.set:
        client.tag_resource(resourceArn=arn, tags=tag_list(tags.set, "key", "value"))


def _created(call: ResourceCall, made: dict[str, Any]) -> Created:
    arn = call.engine.arn("codepipeline", made["name"])
    return Created(made["name"], {"Version": str(made["version"]), "Arn": arn})


RESOURCES = {
    "AWS::CodePipeline::Pipeline": ResourceType(
        create=create,
        update=update,
        delete=delete,
        honours=frozenset(
            {
                *("ArtifactStore", "ArtifactStores", "DisableInboundStageTransitions", "ExecutionMode", "Name"),
                *("PipelineType", "RestartExecutionOnUpdate", "RoleArn", "Stages", "Tags", "Triggers", "Variables"),
            }
        ),
        check=not_executed,
    )
}
