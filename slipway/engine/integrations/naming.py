"""How Step Functions spells services, parameters and errors: as the AWS SDK for Java 2.x does.

"Parameters are expressed in PascalCase"; errors are `<Service>.<Error>`, both in PascalCase, and always end in
`Exception`: S3's `BucketAlreadyExists` is `S3.BucketAlreadyExistsException`. An error that the service's model does not
list is the service's own `<Service>Exception`.
https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
"""

from __future__ import annotations

import re

from botocore.model import ServiceModel

_BOUNDARIES = (
    re.compile(r"(?<=[a-z])(?=[A-Z])"),
    re.compile(r"(?<=[A-Z])(?=[A-Z][a-z])"),
    re.compile(r"(?<=[0-9])(?=[a-zA-Z]{2})"),
)


def words(name: str) -> list[str]:
    """`DBClusterNotFound` → DB, Cluster, Not, Found."""
    spaced = re.sub(r"[^A-Za-z0-9]+", " ", name)
    for boundary in _BOUNDARIES:
        spaced = boundary.sub(" ", spaced)
    return spaced.split()


def pascal(name: str) -> str:
    """`DBClusterNotFound` → `DbClusterNotFound`, `stateMachineArn` → `StateMachineArn`."""
    return "".join(word[:1].upper() + word[1:].lower() for word in words(name))


def member(name: str) -> str:
    """A structure's member: only the capitals that it begins with are put together.

    `DBInstanceArn` → `DbInstanceArn`, `SSEKMSKeyId` → `SsekmsKeyId`, but `AutoMLJobName` stays, as the SDK's getter
    `autoMLJobName` has it.
    """
    capitals = re.match(r"[A-Z]+(?=[A-Z][a-z]|$)|[A-Z]?", name)
    begin = capitals[0] if capitals else ""
    return begin[:1] + begin[1:].lower() + name[len(begin) :] if begin else name[:1].upper() + name[1:]


def service_prefix(model: ServiceModel) -> str:
    """`Ssm`, `S3`, `DynamoDb`, `CodePipeline`: the first part of a service's error names."""
    return pascal(str(model.service_id))


def error_name(model: ServiceModel, code: str, *, base: str = "") -> str:
    """The name that Retry and Catch match for an error code of a service.

    `base` is the name for errors that the model does not list, `<Service>Exception` by default.
    """
    prefix = service_prefix(model)
    if code not in _modelled(model):
        return f"{prefix}.{base or f'{prefix}Exception'}"
    stem = re.sub(r"(Exception|Fault|Error)$", "", pascal(code))
    return f"{prefix}.{stem}Exception"


def _modelled(model: ServiceModel) -> set[str]:
    """Every error code that the service's shapes declare."""
    codes = set()
    for shape in model.error_shapes:
        codes |= {shape.name, str(shape.error_code or shape.name)}
    return codes
