"""CloudFormation's Lambda types: a module for each kind of thing that they make.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Lambda.html
"""

from __future__ import annotations

from slipway.engine.resources.lambda_ import (
    alias,
    event_invoke_config,
    event_source_mapping,
    function,
    layer_version,
    permission,
    version,
)

RESOURCES = {
    "AWS::Lambda::Alias": alias.TYPE,
    "AWS::Lambda::EventInvokeConfig": event_invoke_config.TYPE,
    "AWS::Lambda::EventSourceMapping": event_source_mapping.TYPE,
    "AWS::Lambda::Function": function.TYPE,
    "AWS::Lambda::LayerVersion": layer_version.TYPE,
    "AWS::Lambda::Permission": permission.TYPE,
    "AWS::Lambda::Version": version.TYPE,
}
