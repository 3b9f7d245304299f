"""A bucket with objects in it refuses to be deleted.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html#troubleshooting-errors-delete-stack-fails
"""

from __future__ import annotations

import uuid
from typing import Any

from slipway.engine import adapter
from slipway.engine.mend.cloudformation import hooks
from slipway.engine.resource import ResourceFailed


def apply() -> None:
    """Ask the bucket before MiniStack drops it with everything in it."""
    handlers = hooks.module("provisioners")._RESOURCE_HANDLERS["AWS::S3::Bucket"]
    handlers["delete"] = _only_when_empty(handlers["delete"])


def _only_when_empty(delete: Any) -> Any:
    def delete_bucket(physical_id: str, props: dict[str, Any]) -> None:
        status, _, body = adapter.part("services.s3")._delete_bucket(physical_id)
        text = body.decode() if isinstance(body, bytes) else str(body)
        if status == 409:
            versions = " You must delete all versions in the bucket." if "versions" in text else ""
            raise ResourceFailed(
                f'Resource handler returned message: "The bucket you tried to delete is not empty.{versions} '
                f'(Service: S3, Status Code: 409)" '
                f"(RequestToken: {uuid.uuid4()}, HandlerErrorCode: GeneralServiceException)"
            )
        delete(physical_id, props)

    return delete_bucket
