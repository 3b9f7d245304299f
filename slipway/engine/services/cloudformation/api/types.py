"""The registry: the resource types that the engine makes.

docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeType.html
docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListTypes.html
"""

from __future__ import annotations

import json
from typing import Any

from slipway.engine.errors import AwsError
from slipway.engine.service import Call
from slipway.engine.services.cloudformation.checks.schemas import schema_of
from slipway.engine.services.cloudformation.service import SERVICE
from slipway.engine.services.cloudformation.types.registry import is_known, names


@SERVICE.operation("DescribeType")
def describe_type(call: Call) -> dict[str, Any]:
    """A type's schema."""
    name = call.params.get("TypeName", "")
    schema = schema_of(name) if is_known(name) else None
    if schema is None:
        raise AwsError("TypeNotFoundException", f"The type '{name}' cannot be found.", status=404)
    return {
        "Type": "RESOURCE",
        "TypeName": name,
        "Visibility": "PUBLIC",
        "ProvisioningType": "FULLY_MUTABLE" if schema.get("handlers", {}).get("update") else "IMMUTABLE",
        "Schema": json.dumps(schema),
    }


@SERVICE.operation("ListTypes")
def list_types(call: Call) -> dict[str, Any]:
    """The types that templates may use; there are no private ones."""
    wanted = call.params.get("Visibility", "PRIVATE") == "PUBLIC"
    return {"TypeSummaries": [{"Type": "RESOURCE", "TypeName": name} for name in names() if wanted]}
