"""AWS::IAM::AccessKey.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-accesskey.html
"""

from __future__ import annotations

from slipway.engine.resource import Created, ResourceCall, ResourceType
from slipway.engine.resource_properties import changed, gone_is_fine, or_removed
from slipway.engine.resources.iam.principal import GONE

_ACTIVE = "Active"


def create(call: ResourceCall) -> Created:
    """The key. `Ref` is its id; its secret can be read now and never again."""
    key = call.caller.client("iam").create_access_key(UserName=call.properties["UserName"])["AccessKey"]
    with or_removed(call, key["AccessKeyId"]):
        if call.properties.get("Status", _ACTIVE) != _ACTIVE:
            _set_status(call, key["AccessKeyId"])
    return Created(key["AccessKeyId"], {"Id": key["AccessKeyId"], "SecretAccessKey": key["SecretAccessKey"]})


def update(call: ResourceCall) -> Created:
    """The status."""
    if changed(call, "Status"):
        _set_status(call, call.physical_id)
    return Created(call.physical_id)


def delete(call: ResourceCall) -> None:
    """The key."""
    with gone_is_fine(GONE):
        call.caller.client("iam").delete_access_key(UserName=call.properties["UserName"], AccessKeyId=call.physical_id)


def _set_status(call: ResourceCall, key_id: str) -> None:
    call.caller.client("iam").update_access_key(
        UserName=call.properties["UserName"], AccessKeyId=key_id, Status=call.properties.get("Status", _ACTIVE)
    )


RESOURCES = {
    "AWS::IAM::AccessKey": ResourceType(
        create=create, update=update, delete=delete, honours=frozenset({"Serial", "Status", "UserName"})
    )
}
