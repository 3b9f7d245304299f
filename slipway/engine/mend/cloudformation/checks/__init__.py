"""Template checks that run before a stack operation changes anything.

MiniStack already refuses unknown resource types, sections over their quota, bad parameter values and broken rules.
These checks add what it lets through:

* `sections`: the shape of the template itself, parameters supplied and required, transforms;
* `references`: every `Ref`, `Fn::GetAtt`, `Fn::Sub`, `DependsOn` and condition names something that exists;
* `properties`: every resource against its resource type schema.

All raise `TemplateError`, which the API answers as `ValidationError`, the way CloudFormation does before it creates
a stack (https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slipway.engine.mend.cloudformation.checks.properties import check_properties
from slipway.engine.mend.cloudformation.checks.references import check_references
from slipway.engine.mend.cloudformation.checks.sections import check_sections


def check_template(template: Mapping[str, Any], conditions: Mapping[str, bool]) -> None:
    """Refuse a template (transforms applied) that CloudFormation would refuse; `conditions` are its evaluated ones."""
    check_sections(template)
    check_references(template)
    check_properties(template, conditions)
