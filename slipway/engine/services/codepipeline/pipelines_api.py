"""Pipelines: create, read, update, delete, tag, and their transitions.

docs.aws.amazon.com/codepipeline/latest/APIReference/API_CreatePipeline.html
"""

from __future__ import annotations

from typing import Any

from slipway.engine.errors import AwsError
from slipway.engine.service import Call, Params
from slipway.engine.services.codepipeline.declaration import check_declaration
from slipway.engine.services.codepipeline.declared import PRINCIPAL, SERVICE, pipeline_arn, stage_arn
from slipway.engine.services.codepipeline.driver import go
from slipway.engine.services.codepipeline.paging import page
from slipway.engine.services.codepipeline.records import board, declaration, now, pipeline, pipelines, stage_of
from slipway.engine.services.codepipeline.starting import start
from slipway.engine.services.codepipeline.views import time
from slipway.engine.store import Record

_DEFAULTS: dict[str, Any] = {"executionMode": "SUPERSEDED", "pipelineType": "V1"}
_TAGS = 50
_PASSES = {"pipeline.roleArn": PRINCIPAL}


@SERVICE.operation("CreatePipeline", resource=pipeline_arn, passes=_PASSES)
def create_pipeline(call: Call) -> Params:
    """Create a pipeline and start its first execution.

    docs.aws.amazon.com/codepipeline/latest/APIReference/API_CreatePipeline.html
    """
    declared = _checked(call, 1)
    tags = _checked_tags(call.params.get("tags", []), {})
    record = {
        "name": declared["name"],
        "arn": pipeline_arn(call),
        "version": 1,
        "versions": {"1": declared},
        "created": now(),
        "updated": now(),
        "tags": tags,
        "transitions": {},
    }
    if not pipelines(call.engine).claim(declared["name"], record):
        raise AwsError("PipelineNameInUseException", f"A pipeline with name '{declared['name']}' already exists")
    if _can_start(declared):
        start(call.engine, record, {"triggerType": "CreatePipeline", "triggerDetail": call.caller.arn})
        go(board(call.engine, declared["name"]))
    return {"pipeline": declared, "tags": _tag_list(tags)}


@SERVICE.operation("UpdatePipeline", resource=pipeline_arn, passes=_PASSES)
def update_pipeline(call: Call) -> Params:
    """Replace the declaration by a new version; executions under way keep theirs.

    docs.aws.amazon.com/codepipeline/latest/APIReference/API_UpdatePipeline.html
    """
    name = call.params["pipeline"]["name"]
    version = pipeline(call.engine, name)["version"] + 1
    declared = _checked(call, version)

    def change(record: Record) -> None:
        record["version"] = version
        record["versions"][str(version)] = declared
        record["updated"] = now()

    pipelines(call.engine).change(name, change)
    return {"pipeline": declared}


@SERVICE.operation("GetPipeline", resource=pipeline_arn)
def get_pipeline(call: Call) -> Params:
    """A declaration, the newest unless a version is named.

    docs.aws.amazon.com/codepipeline/latest/APIReference/API_GetPipeline.html
    """
    record = pipeline(call.engine, call.params["name"])
    metadata = {"pipelineArn": record["arn"], "created": time(record["created"]), "updated": time(record["updated"])}
    return {"pipeline": declaration(record, call.params.get("version")), "metadata": metadata}


@SERVICE.operation("DeletePipeline", resource=pipeline_arn)
def delete_pipeline(call: Call) -> None:
    """Delete a pipeline with its executions; one that does not exist is no error.

    docs.aws.amazon.com/codepipeline/latest/APIReference/API_DeletePipeline.html
    """
    name = call.params["name"]
    if pipelines(call.engine).pop(name, None) is not None:
        board(call.engine, name).delete()
        call.engine.store("codepipeline").table(f"tokens/{name}").clear()


@SERVICE.operation("ListPipelines")
def list_pipelines(call: Call) -> Params:
    """All pipelines.

    docs.aws.amazon.com/codepipeline/latest/APIReference/API_ListPipelines.html
    """
    found, token = page(
        call.params, sorted(pipelines(call.engine).values(), key=lambda record: str(record["name"])), 1000
    )
    return {"pipelines": [_summary(record) for record in found], **token}


@SERVICE.operation("EnableStageTransition", resource=stage_arn)
def enable_stage_transition(call: Call) -> None:
    """Let executions into a stage again.

    docs.aws.amazon.com/codepipeline/latest/APIReference/API_EnableStageTransition.html
    """
    _set_transition(call, enabled=True)


@SERVICE.operation("DisableStageTransition", resource=stage_arn)
def disable_stage_transition(call: Call) -> None:
    """Let no execution into a stage.

    docs.aws.amazon.com/codepipeline/latest/APIReference/API_DisableStageTransition.html
    """
    _set_transition(call, enabled=False)


@SERVICE.operation("ListTagsForResource", resource=lambda call: str(call.params["resourceArn"]))
def list_tags(call: Call) -> Params:
    """A pipeline's tags.

    docs.aws.amazon.com/codepipeline/latest/APIReference/API_ListTagsForResource.html
    """
    found, token = page(call.params, _tag_list(_by_arn(call)["tags"]))
    return {"tags": found, **token}


@SERVICE.operation("TagResource", resource=lambda call: str(call.params["resourceArn"]))
def tag_resource(call: Call) -> Params:
    """Add tags to a pipeline.

    docs.aws.amazon.com/codepipeline/latest/APIReference/API_TagResource.html
    """
    record = _by_arn(call)
    tags = _checked_tags(call.params["tags"], record["tags"])
    pipelines(call.engine).change(record["name"], lambda found: found.update(tags=tags))
    return {}


@SERVICE.operation("UntagResource", resource=lambda call: str(call.params["resourceArn"]))
def untag_resource(call: Call) -> Params:
    """Remove tags from a pipeline.

    docs.aws.amazon.com/codepipeline/latest/APIReference/API_UntagResource.html
    """
    record = _by_arn(call)
    kept = {key: value for key, value in record["tags"].items() if key not in call.params["tagKeys"]}
    pipelines(call.engine).change(record["name"], lambda found: found.update(tags=kept))
    return {}


def _checked(call: Call, version: int) -> dict[str, Any]:
    declared = {**_DEFAULTS, **call.params["pipeline"], "version": version}
    declared["stages"] = [
        {**stage, "actions": [_completed(action, call.region) for action in stage["actions"]]}
        for stage in declared["stages"]
    ]
    check_declaration(declared, call.region)
    return declared


def _completed(action: dict[str, Any], region: str) -> dict[str, Any]:
    """An action with the members that AWS fills in."""
    defaults: dict[str, Any] = {"runOrder": 1, "configuration": {}, "outputArtifacts": [], "inputArtifacts": []}
    return {**defaults, "region": region, **action}


def _can_start(declared: dict[str, Any]) -> bool:
    """Whether the first execution can start by itself: each pipeline variable has a default."""
    return all("defaultValue" in variable for variable in declared.get("variables", []))


def _summary(record: Record) -> dict[str, Any]:
    declared = declaration(record)
    return {
        "name": record["name"],
        "version": record["version"],
        "pipelineType": declared["pipelineType"],
        "executionMode": declared["executionMode"],
        "created": time(record["created"]),
        "updated": time(record["updated"]),
    }


def _set_transition(call: Call, *, enabled: bool) -> None:
    name, stage = call.params["pipelineName"], call.params["stageName"]
    declared = declaration(pipeline(call.engine, name))
    stage_of(declared, stage)
    if call.params["transitionType"] != "Inbound":
        raise AwsError(
            "ValidationException", "This engine executes Inbound transitions; an Outbound one is the next stage's"
        )
    if declared["stages"][0]["name"] == stage:
        raise AwsError(
            "ValidationException", f"Stage {stage} is the first of the pipeline and has no inbound transition"
        )
    transition = {"enabled": enabled, "by": call.caller.arn, "at": now(), "reason": call.params.get("reason", "")}
    pipelines(call.engine).change(name, lambda record: record["transitions"].update({stage: transition}))
    board(call.engine, name).wake()


def _by_arn(call: Call) -> Record:
    arn = call.params["resourceArn"]
    for record in pipelines(call.engine).values():
        if record["arn"] == arn:
            return record
    raise AwsError("ResourceNotFoundException", f"The resource {arn} does not exist")


def _checked_tags(tags: list[dict[str, str]], present: dict[str, str]) -> dict[str, str]:
    merged = {**present, **{tag["key"]: tag["value"] for tag in tags}}
    if len(merged) > _TAGS:
        raise AwsError("TooManyTagsException", f"A pipeline can have at most {_TAGS} tags")
    reserved = [key for key in merged if key.lower().startswith("aws:")]
    if reserved:
        raise AwsError("InvalidTagsException", f"Tag keys that begin with aws: are reserved: {reserved[0]}")
    return merged


def _tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in tags.items()]
