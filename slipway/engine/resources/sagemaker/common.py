"""What SageMaker's types have in common: `Ref` is an ARN, and what is missing is told by a message.

docs.aws.amazon.com/sagemaker/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from slipway.engine.resource import ResourceCall
from slipway.engine.resource_properties import tag_change, tag_list

_GONE = ("Could not find", "does not exist")
NO_VPC = "networks are not executed"


def is_gone(error: ClientError) -> bool:
    """Whether SageMaker says that there is no such thing: its code is that of every refusal."""
    return any(text in error.response["Error"]["Message"] for text in _GONE)


def gone_is_success(delete: Callable[[], Any]) -> None:
    """Delete, and be content when there is nothing to delete."""
    try:
        delete()
    except ClientError as error:
        if not is_gone(error):
            raise


def set_tags(call: ResourceCall) -> None:
    """Bring the tags of what is there to the new properties'."""
    client, tags = call.caller.client("sagemaker"), tag_change(call)
    if tags.removed:
        client.delete_tags(ResourceArn=call.physical_id, TagKeys=tags.removed)
    if tags.set:
        client.add_tags(ResourceArn=call.physical_id, Tags=tag_list(tags.set))


def name_of(call: ResourceCall) -> str:
    """The name at the end of the ARN."""
    return call.physical_id.rsplit("/", 1)[-1]
