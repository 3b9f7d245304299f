"""The event of every image that is pushed or deleted; there is none of scans, which are not executed.

docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
"""

from __future__ import annotations

from slipway.engine.engine import Engine


def image_action(engine: Engine, repository: str, action: str, digest: str, tag: str | None = None) -> None:
    """ECR Image Action: PUSH or DELETE of an image, or of one of its tags."""
    detail = {
        "action-type": action,
        "result": "SUCCESS",
        "repository-name": repository,
        "image-digest": digest,
        **({"image-tag": tag} if tag else {}),
    }
    engine.emit("aws.ecr", "ECR Image Action", detail, [])
