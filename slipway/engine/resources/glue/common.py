"""What Glue's types have in common.

docs.aws.amazon.com/glue/latest/dg/aws-glue-api-exceptions.html
"""

from __future__ import annotations

from typing import Any

from slipway.engine.resource import ResourceCall
from slipway.engine.resource_properties import tag_change

NO_CATALOG = "there are no crawlers"


def set_tags(call: ResourceCall, kind: str) -> None:
    """Bring the tags of what is there to the new properties'."""
    arn = call.engine.arn("glue", f"{kind}/{call.physical_id}")
    client, tags = call.caller.client("glue"), tag_change(call)
    if tags.removed:
        client.untag_resource(ResourceArn=arn, TagsToRemove=tags.removed)
    if tags.set:
        client.tag_resource(ResourceArn=arn, TagsToAdd=tags.set)


def members(call: ResourceCall, *left_out: str) -> dict[str, Any]:
    """The properties in the words of the API, which are the same."""
    return {name: value for name, value in call.properties.items() if name not in left_out}
