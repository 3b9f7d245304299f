"""Tags of scalable targets.

docs.aws.amazon.com/autoscaling/application/APIReference/API_TagResource.html
"""

from __future__ import annotations

from slipway.engine.errors import AwsError
from slipway.engine.service import Call
from slipway.engine.services.application_autoscaling.service import SERVICE, Record, targets


def _arn(call: Call) -> str:
    return str(call.params["ResourceARN"])


def _key(call: Call) -> str:
    """The resource id of the target with the ARN; ResourceNotFoundException."""
    for key, record in targets(call.engine).items():
        if record["ScalableTargetARN"] == _arn(call):
            return key
    raise AwsError("ResourceNotFoundException", f"No scalable target has the ARN {_arn(call)}", status=400)


@SERVICE.operation("TagResource", resource=_arn)
def tag_resource(call: Call) -> Record:
    """Add or overwrite tags."""
    targets(call.engine).change(_key(call), lambda record: record["Tags"].update(call.params["Tags"]))
    return {}


@SERVICE.operation("UntagResource", resource=_arn)
def untag_resource(call: Call) -> Record:
    """Remove tags."""

    def remove(record: Record) -> None:
        record["Tags"] = {key: value for key, value in record["Tags"].items() if key not in call.params["TagKeys"]}

    targets(call.engine).change(_key(call), remove)
    return {}


@SERVICE.operation("ListTagsForResource", resource=_arn)
def list_tags_for_resource(call: Call) -> Record:
    """The tags of a target."""
    return {"Tags": targets(call.engine)[_key(call)]["Tags"]}
