"""CloudFormation's SageMaker types.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SageMaker.html
"""

from __future__ import annotations

from slipway.engine.resources.sagemaker import endpoint_configs, endpoints, groups, models

RESOURCES = models.TYPES | endpoint_configs.TYPES | endpoints.TYPES | groups.TYPES
