"""Lambda: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from slipway.engine.mend.cloudformation.permissions.needs import Change, Need, Permissions, always, nothing, pass_role

_SERVICE = "lambda.amazonaws.com"
_CONFIGURATION = (
    "DeadLetterConfig", "Description", "Environment", "EphemeralStorage", "FileSystemConfigs", "Handler", "ImageConfig",
    "KmsKeyArn", "Layers", "LoggingConfig", "MemorySize", "Role", "Runtime", "SnapStart", "Timeout", "TracingConfig",
    "VpcConfig",
)  # fmt: skip


def _function(change: Change) -> str:
    return change.arn("lambda", f"function:{change.name('FunctionName')}")


def _named_function(change: Change) -> str:
    """The function that a version, a permission or an alias belongs to, given by name or ARN."""
    name = str(change.get("FunctionName") or change.get("TargetFunctionArn") or "")
    if name.startswith("arn:"):
        return ":".join(name.split(":")[:7])
    return Change("", "", "", {}).arn("lambda", f"function:{name}")


def _code(content: Any) -> Iterator[Need]:
    """Code is read from S3 with the rights of whoever makes the function."""
    if isinstance(content, dict) and content.get("S3Bucket"):
        action = "s3:GetObjectVersion" if content.get("S3ObjectVersion") else "s3:GetObject"
        yield Need(action, f"arn:aws:s3:::{content['S3Bucket']}/{content.get('S3Key', '')}")


def _create(change: Change) -> Iterator[Need]:
    yield Need("lambda:CreateFunction", _function(change))
    yield from pass_role(change.get("Role"), _SERVICE)
    yield from _code(change.get("Code"))
    yield from _layers(change)
    yield from _tags_and_concurrency(change)


def _layers(change: Change) -> Iterator[Need]:
    if change.changed("Layers"):
        for layer in change.get("Layers") or ():
            yield Need("lambda:GetLayerVersion", str(layer))


def _tags_and_concurrency(change: Change) -> Iterator[Need]:
    if change.changed("Tags"):
        yield Need("lambda:TagResource", _function(change))
    if change.changed("ReservedConcurrentExecutions"):
        limited = change.get("ReservedConcurrentExecutions") is not None
        action = "lambda:PutFunctionConcurrency" if limited else "lambda:DeleteFunctionConcurrency"
        yield Need(action, _function(change))


def _update(change: Change) -> Iterator[Need]:
    if change.changed("Code"):
        yield Need("lambda:UpdateFunctionCode", _function(change))
        yield from _code(change.get("Code"))
    if change.changed(*_CONFIGURATION):
        yield Need("lambda:UpdateFunctionConfiguration", _function(change))
    if change.changed("Role"):
        yield from pass_role(change.get("Role"), _SERVICE)
    yield from _layers(change)
    yield from _tags_and_concurrency(change)


def _of_function(action: str) -> Any:
    return always(f"lambda:{action}", _named_function)


def _mapping(change: Change) -> str:
    return change.arn("lambda", f"event-source-mapping:{change.physical_id or '*'}")


def _layer(change: Change) -> str:
    return change.arn("lambda", f"layer:{change.get('LayerName') or change.logical_id}")


def _publish_layer(change: Change) -> Iterator[Need]:
    yield Need("lambda:PublishLayerVersion", _layer(change))
    yield from _code(change.get("Content"))


PERMISSIONS = {
    "AWS::Lambda::Function": Permissions(_create, _update, always("lambda:DeleteFunction", _function)),
    "AWS::Lambda::Permission": Permissions(
        _of_function("AddPermission"), _of_function("AddPermission"), _of_function("RemovePermission")
    ),
    "AWS::Lambda::Version": Permissions(_of_function("PublishVersion"), nothing, _of_function("DeleteFunction")),
    "AWS::Lambda::Alias": Permissions(
        _of_function("CreateAlias"), _of_function("UpdateAlias"), _of_function("DeleteAlias")
    ),
    "AWS::Lambda::Url": Permissions(
        _of_function("CreateFunctionUrlConfig"),
        _of_function("UpdateFunctionUrlConfig"),
        _of_function("DeleteFunctionUrlConfig"),
    ),
    "AWS::Lambda::EventInvokeConfig": Permissions(
        _of_function("PutFunctionEventInvokeConfig"),
        _of_function("UpdateFunctionEventInvokeConfig"),
        _of_function("DeleteFunctionEventInvokeConfig"),
    ),
    "AWS::Lambda::EventSourceMapping": Permissions(
        always("lambda:CreateEventSourceMapping"),
        always("lambda:UpdateEventSourceMapping", _mapping),
        always("lambda:DeleteEventSourceMapping", _mapping),
    ),
    "AWS::Lambda::LayerVersion": Permissions(_publish_layer, nothing, always("lambda:DeleteLayerVersion", _layer)),
}
