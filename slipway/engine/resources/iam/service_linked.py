"""AWS::IAM::ServiceLinkedRole.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-servicelinkedrole.html
"""

from __future__ import annotations

import time

from slipway.engine.resource import Created, ResourceCall, ResourceFailed, ResourceType
from slipway.engine.resource_properties import changed, gone_is_fine, picked
from slipway.engine.resources.iam.principal import GONE

_POLL_SECONDS = 0.1


def create(call: ResourceCall) -> Created:
    """The role, whose name the service chooses. `Ref` is that name."""
    request = picked(call.properties, "AWSServiceName", "Description")
    role = call.caller.client("iam").create_service_linked_role(**request)["Role"]
    return Created(role["RoleName"], {"RoleName": role["RoleName"]})


def update(call: ResourceCall) -> Created:
    """The description."""
    if changed(call, "Description"):
        description = call.properties.get("Description", "")
        call.caller.client("iam").update_role(RoleName=call.physical_id, Description=description)
    return Created(call.physical_id)


def delete(call: ResourceCall) -> None:
    """Ask for the deletion and wait for its end; it fails while the service still uses the role."""
    client = call.caller.client("iam")
    with gone_is_fine(GONE):
        task = client.delete_service_linked_role(RoleName=call.physical_id)["DeletionTaskId"]
        while True:
            found = client.get_service_linked_role_deletion_status(DeletionTaskId=task)
            if found["Status"] == "SUCCEEDED":
                return
            if found["Status"] == "FAILED":
                raise ResourceFailed(found.get("Reason", {}).get("Reason", f"{call.physical_id} is in use"))
            time.sleep(_POLL_SECONDS)


RESOURCES = {
    "AWS::IAM::ServiceLinkedRole": ResourceType(
        create=create,
        update=update,
        delete=delete,
        honours=frozenset({"AWSServiceName", "Description"}),
        refuses={"CustomSuffix": "Application Auto Scaling's roles take none"},
    )
}
