"""What a request to MiniStack needs besides its operation's own action: for tags, layers, a lock, an API's policy.

Services of ours ask for theirs themselves.

docs.aws.amazon.com/service-authorization/latest/reference/reference.html
docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html
docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html and API_PutObject.html (Permissions)
docs.aws.amazon.com/lambda/latest/dg/adding-layers.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from slipway.engine.exchange import Check

Params = Mapping[str, Any]

# By service and operation: the action that tags in the request need as well.
_TAGGING: Mapping[tuple[str, str], str] = {
    ("events", "CreateEventBus"): "events:TagResource",
    ("events", "PutRule"): "events:TagResource",
    ("iam", "CreateInstanceProfile"): "iam:TagInstanceProfile",
    ("iam", "CreatePolicy"): "iam:TagPolicy",
    ("iam", "CreateRole"): "iam:TagRole",
    ("iam", "CreateUser"): "iam:TagUser",
    ("kms", "CreateKey"): "kms:TagResource",
    ("lambda", "CreateEventSourceMapping"): "lambda:TagResource",
    ("lambda", "CreateFunction"): "lambda:TagResource",
    ("secretsmanager", "CreateSecret"): "secretsmanager:TagResource",
    ("sns", "CreateTopic"): "sns:TagResource",
    ("sqs", "CreateQueue"): "sqs:TagQueue",
    ("ssm", "PutParameter"): "ssm:AddTagsToResource",
}
# By operation and member of the request.
_OF_OBJECTS: Mapping[str, tuple[str, ...]] = {
    "ACL": ("s3:PutObjectAcl",),
    "ObjectLockLegalHoldStatus": ("s3:PutObjectLegalHold",),
    "ObjectLockMode": ("s3:PutObjectRetention",),
    "Tagging": ("s3:PutObjectTagging",),
}
_S3: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "CopyObject": _OF_OBJECTS,
    "CreateBucket": {
        "ACL": ("s3:PutBucketAcl",),
        "ObjectLockEnabledForBucket": ("s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning"),
        "ObjectOwnership": ("s3:PutBucketOwnershipControls",),
    },
    "CreateMultipartUpload": _OF_OBJECTS,
    "PutObject": _OF_OBJECTS,
}
_API_POLICY = "apigateway:UpdateRestApiPolicy"
_POLICY_EXTENSION = b"x-amazon-apigateway-policy"


def checks(service: str, operation: str, params: Params, own: Sequence[Check]) -> Iterator[Check]:
    """The further checks, on the resources and with the condition keys of the operation's own."""
    for action in _actions(service, operation, params):
        for check in own:
            yield Check(action, check.resource, check.context)
    if service == "lambda":
        yield from (Check("lambda:GetLayerVersion", arn) for arn in params.get("Layers") or ())


def _actions(service: str, operation: str, params: Params) -> Iterable[str]:
    tagging = _TAGGING.get((service, operation))
    if tagging and (params.get("Tags") or params.get("tags")):
        yield tagging
    if service == "s3":
        yield from (action for name, found in _S3.get(operation, {}).items() if params.get(name) for action in found)
    if service == "apigateway" and _sets_policy(params):
        yield _API_POLICY


def _sets_policy(params: Params) -> bool:
    """Whether a request gives an API a resource policy: in a member, a patch or a document."""
    patches = params.get("patchOperations") or ()
    body = params.get("body") or b""
    return (
        bool(params.get("policy"))
        or any(patch.get("path") == "/policy" for patch in patches)
        or (isinstance(body, bytes) and _POLICY_EXTENSION in body)
    )
