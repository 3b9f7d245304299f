"""Resource properties against their resource type schema, in the words of CloudFormation's own validation.

What is not known before deployment passes; the same walker checks the properties again when a resource is provisioned,
where nothing is unknown any more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from slipway.engine.services.cloudformation.checks.honours import check_honoured
from slipway.engine.services.cloudformation.checks.schemas import read_only, schema_of
from slipway.engine.services.cloudformation.checks.types import check_types
from slipway.engine.services.cloudformation.checks.values import violations
from slipway.engine.services.cloudformation.errors import TemplateError

_SECURE = "{{resolve:ssm-secure:"


def check_properties(resources: Mapping[str, Any], resolved: Mapping[str, Any]) -> None:
    """Check every resource that the operation would deploy; `resolved` are its properties as far as they are known."""
    check_types(resources)
    for logical_id, resource in resources.items():
        check_secure_references(resource["Type"], resolved[logical_id])
        check_resource(logical_id, resource["Type"], resolved[logical_id])
        check_honoured(logical_id, resource["Type"], resolved[logical_id])


def check_secure_references(resource_type: str, properties: Mapping[str, Any]) -> None:
    """Refuse references to encrypted parameters, which only properties of types that the engine lacks may be.

    docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-ssm-secure-strings.html
    """
    found = [f"{resource_type}/Properties/{name}" for name, value in properties.items() if _SECURE in json.dumps(value)]
    if found:
        raise TemplateError(f"SSM Secure reference is not supported in: [{','.join(found)}]")


def check_resource(logical_id: str, resource_type: str, properties: Any) -> None:
    """Refuse properties that break the schema of their type; a type without schema (a custom resource) takes any."""
    schema = schema_of(resource_type)
    if schema is None or resource_type == "AWS::CloudFormation::CustomResource":
        return
    found = [*violations(properties, schema, schema), *_read_only_set(resource_type, properties)]
    if found:
        count = [f"#: {len(found)} schema violations found"] if len(found) > 1 else []
        listed = "\n".join(f"[{violation}]" for violation in [*count, *found])
        raise TemplateError(f"Properties validation failed for resource {logical_id} with message:\n{listed}")


def _read_only_set(resource_type: str, properties: Any) -> Iterator[str]:
    for path in read_only(resource_type):
        if len(path) == 1 and isinstance(properties, Mapping) and path[0] in properties:
            yield f"#/{path[0]}: read-only properties cannot be set"
