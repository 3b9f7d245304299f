"""S3's notifications: MiniStack keeps a bucket's configuration and notices most changes, this package tells of them.

What changes: destinations must let the bucket in when they are named; each notification is a real call as
s3.amazonaws.com, on disk before S3 answers; tags and access control lists have events; every event has its own detail
type and the version's id.

docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from slipway.engine import adapter
from slipway.engine.engine import current
from slipway.engine.mend.s3_notifications import configuration, delivery
from slipway.engine.mend.s3_notifications.configuration import Answer

_SERVICE = "services.s3"


def apply() -> None:
    """Put our functions in MiniStack's places."""
    replace = functools.partial(adapter.replace, _SERVICE)
    replace("_fire_s3_event", lambda _: delivery.changed)
    replace("_fire_s3_event_async", lambda _: delivery.changed)
    replace("_fire_s3_test_event", lambda _: delivery.test_event)
    replace("_validate_notification_configs", configuration.checking)
    replace("_put_object_tagging", functools.partial(_telling, "s3:ObjectTagging:Put"))
    replace("_delete_object_tagging", functools.partial(_telling, "s3:ObjectTagging:Delete"))
    replace("_put_object_acl", functools.partial(_telling, "s3:ObjectAcl:Put"))
    delivery.declare(current())


def _telling(event: str, act: Callable[..., Answer]) -> Callable[..., Answer]:
    """An operation on an object that tells of what it did."""

    def told(bucket: str, key: str, *arguments: object) -> Answer:
        answer = act(bucket, key, *arguments)
        if answer[0] < 300:
            query = arguments[-1] if isinstance(arguments[-1], dict) else {}
            head = adapter.part(_SERVICE)._head_object(bucket, key, {}, query)[1]
            size, etag = int(head.get("Content-Length", 0)), head.get("ETag", "")
            delivery.changed(bucket, key, event, size, etag, version_id=head.get("x-amz-version-id"))
        return answer

    return told
