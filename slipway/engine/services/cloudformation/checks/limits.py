"""CloudFormation's quotas of a template.

docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slipway.engine.services.cloudformation.errors import TemplateError

BODY_BYTES = 51_200
URL_BYTES = 1_048_576
_MOST = {"Parameters": 200, "Mappings": 200, "Resources": 500, "Outputs": 200}
_MAPPING_ATTRIBUTES = 200
_NAME_CHARACTERS = 255
_DESCRIPTION_BYTES = 1024


def check_limits(template: Mapping[str, Any]) -> None:
    """Refuse a template that is larger than CloudFormation takes."""
    for section, most in _MOST.items():
        members = template.get(section) or {}
        if len(members) > most:
            raise TemplateError(
                f"Template format error: Number of {section.lower()}, {len(members)}, is greater than maximum allowed, "
                f"{most}"
            )
        for name in members:
            if len(str(name)) > _NAME_CHARACTERS:
                raise TemplateError(
                    f"Template format error: {section} name '{name}' is longer than {_NAME_CHARACTERS} characters"
                )
    for name, keys in (template.get("Mappings") or {}).items():
        if any(len(attributes) > _MAPPING_ATTRIBUTES for attributes in keys.values()):
            raise TemplateError(f"Template format error: Mapping {name} has more than {_MAPPING_ATTRIBUTES} attributes")
    if len(str(template.get("Description") or "").encode()) > _DESCRIPTION_BYTES:
        raise TemplateError("Template format error: 'Description' length is greater than 1024.")
