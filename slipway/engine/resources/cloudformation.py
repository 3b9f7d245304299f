"""CloudFormation's own types: nested stacks, custom resources, wait conditions.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_CloudFormation.html
"""

from __future__ import annotations

from slipway.engine.services.cloudformation.types.custom import CUSTOM_RESOURCE
from slipway.engine.services.cloudformation.types.nested import NESTED
from slipway.engine.services.cloudformation.types.wait import CONDITION, HANDLE

RESOURCES = {
    "AWS::CloudFormation::Stack": NESTED,
    "AWS::CloudFormation::CustomResource": CUSTOM_RESOURCE,
    "AWS::CloudFormation::WaitCondition": CONDITION,
    "AWS::CloudFormation::WaitConditionHandle": HANDLE,
}
