"""ECR: repositories, tags and digests for the images that builds push.

docs.aws.amazon.com/AmazonECR/latest/APIReference/Welcome.html
"""

from slipway.engine.services.ecr import images, layers, repositories
from slipway.engine.services.ecr.service import SERVICE

__all__ = ["SERVICE", "images", "layers", "repositories"]
