"""A change of an object, as S3 tells it: to functions, queues and topics as a record, to EventBridge as an event.

docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus

_FAMILIES = {"ObjectCreated": "Object Created", "ObjectRemoved": "Object Deleted"}
_DETAIL_TYPES = {
    "ObjectTagging:Put": "Object Tags Added",
    "ObjectTagging:Delete": "Object Tags Deleted",
    "ObjectAcl:Put": "Object ACL Updated",
    "ObjectRestore:Post": "Object Restore Initiated",
    "ObjectRestore:Completed": "Object Restore Completed",
    "ObjectRestore:Delete": "Object Restore Expired",
}
_REASONS = {
    "ObjectCreated:Put": "PutObject",
    "ObjectCreated:Post": "POST Object",
    "ObjectCreated:Copy": "CopyObject",
    "ObjectCreated:CompleteMultipartUpload": "CompleteMultipartUpload",
    "ObjectRemoved:Delete": "DeleteObject",
    "ObjectRemoved:DeleteMarkerCreated": "DeleteObject",
}
_DELETIONS = {
    "ObjectRemoved:Delete": "Permanently Deleted",
    "ObjectRemoved:DeleteMarkerCreated": "Delete Marker Created",
}
NAMES = frozenset(f"s3:{name}" for name in {*_REASONS, *_DETAIL_TYPES})


@dataclass(frozen=True)
class Change:
    """What happened to an object; `name` is S3's for it (`ObjectCreated:Put`), `requester` the caller's ARN."""

    bucket: str
    key: str
    name: str
    region: str
    account: str
    requester: str
    size: int = 0
    etag: str = ""
    version_id: str = ""
    sequencer: str = ""
    restored: dict[str, Any] = field(default_factory=dict)
    request_id: str = field(default_factory=lambda: secrets.token_hex(8).upper())
    time: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def bucket_arn(self) -> str:
        """The bucket's ARN."""
        return f"arn:aws:s3:::{self.bucket}"

    @property
    def detail_type(self) -> str:
        """EventBridge's name for the change, empty when S3 sends it no such event."""
        return _DETAIL_TYPES.get(self.name) or _FAMILIES.get(self.name.partition(":")[0], "")

    def record(self, configuration_id: str) -> dict[str, Any]:
        """The message of an event notification."""
        record = {
            "eventVersion": "2.5",
            "eventSource": "aws:s3",
            "awsRegion": self.region,
            "eventTime": self.time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "eventName": self.name,
            "userIdentity": {"principalId": f"AWS:{self.requester.rpartition('/')[2]}"},
            "requestParameters": {"sourceIPAddress": "127.0.0.1"},
            "responseElements": {"x-amz-request-id": self.request_id, "x-amz-id-2": self.request_id},
            "s3": {
                "s3SchemaVersion": "1.0",
                "configurationId": configuration_id,
                "bucket": {
                    "name": self.bucket,
                    "ownerIdentity": {"principalId": self.account},
                    "arn": self.bucket_arn,
                },
                "object": self._object(quote_plus(self.key, safe="/"), "eTag", "versionId"),
            },
            **({"glacierEventData": {"restoreEventData": self.restored}} if self.restored else {}),
        }
        return {"Records": [record]}

    def detail(self) -> dict[str, Any]:
        """The detail of an event on the bus."""
        return {
            "version": "0",
            "event-version": "1.0",
            "bucket": {"name": self.bucket},
            "object": self._object(self.key, "etag", "version-id"),
            "request-id": self.request_id,
            "requester": self.account,
            "source-ip-address": "127.0.0.1",
            **({"reason": _REASONS[self.name]} if self.name in _REASONS else {}),
            **({"deletion-type": _DELETIONS[self.name]} if self.name in _DELETIONS else {}),
        }

    def _object(self, key: str, etag: str, version_id: str) -> dict[str, Any]:
        """The object's members; an object that is gone has no size."""
        gone = self.name.startswith("ObjectRemoved")
        return {
            "key": key,
            **({} if gone else {"size": self.size}),
            **({etag: self.etag} if self.etag else {}),
            **({version_id: self.version_id} if self.version_id else {}),
            **({"sequencer": self.sequencer} if self.sequencer else {}),
        }
