"""Application Auto Scaling for SageMaker endpoint variants.

docs.aws.amazon.com/autoscaling/application/userguide/services-that-can-integrate-sagemaker.html
"""

from slipway.engine.services.application_autoscaling import policies, tags, targets, tracking
from slipway.engine.services.application_autoscaling.service import SERVICE

__all__ = ["SERVICE", "policies", "tags", "targets", "tracking"]
