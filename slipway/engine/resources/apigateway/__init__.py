"""AWS::ApiGateway: REST APIs, their parts, deployments and usage plans.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGateway.html
"""

from __future__ import annotations

from slipway.engine.resources.apigateway import methods, parts, rest_apis, stages, usage

RESOURCES = rest_apis.TYPES | methods.TYPES | parts.TYPES | stages.TYPES | usage.TYPES
