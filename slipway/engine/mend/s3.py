"""S3: objects encrypted with a KMS key ask that key, under the caller of the request; metadata have a limit.

Writing needs `kms:GenerateDataKey`, reading and uploading parts need `kms:Decrypt`, copying both; the key must exist
and be enabled. The key's policy decides together with the caller's, as it does for calls to KMS itself. Without a key
id, or with the alias `aws/s3`, the key is S3's own, which every identity of the account may use through S3. Bodies are
not encrypted on disk.

docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions
docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html (the encryption context)
docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html (how much of it there may be)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any
from urllib.parse import parse_qs, unquote

from slipway.engine import adapter
from slipway.engine.engine import current
from slipway.engine.errors import AccessDenied
from slipway.engine.mend.kms import keys

_SERVICE = "services.s3"
_KEY = "x-amz-server-side-encryption-aws-kms-key-id"
_OWN = "alias/aws/s3"
_META = "x-amz-meta-"
_MOST_METADATA = 2048
_READ = "kms:Decrypt"
_WRITE = "kms:GenerateDataKey"

# The access key that signed the request; None when MiniStack calls S3's functions outside of one.
_signer: ContextVar[str | None] = ContextVar("slipway_s3_signer", default=None)

Headers = dict[str, str]
Answer = tuple[int, Headers, Any]


def apply() -> None:
    """Put our functions around MiniStack's."""
    adapter.replace(_SERVICE, "handle_request", _signed)
    adapter.replace(_SERVICE, "_put_object", _written)
    adapter.replace(_SERVICE, "_create_multipart_upload", _begun)
    adapter.replace(_SERVICE, "_upload_part", _uploaded)
    adapter.replace(_SERVICE, "_upload_part_copy", _uploaded_by_copy)
    adapter.replace(_SERVICE, "_copy_object", _copied)
    adapter.replace(_SERVICE, "_get_object", _read)
    adapter.replace(_SERVICE, "_delete_bucket", _told_of_versions)


def _signed(handle: Callable[..., Awaitable[Answer]]) -> Callable[..., Awaitable[Answer]]:
    async def handled(method: str, path: str, headers: Headers, body: bytes, query: Any, **more: Any) -> Answer:
        token = _signer.set(adapter.signer(headers, query))
        try:
            return await handle(method, path, headers, body, query, **more)
        finally:
            _signer.reset(token)

    return handled


def _written(put: Callable[..., Answer]) -> Callable[..., Answer]:
    def written(bucket: str, key: str, body: bytes, headers: Headers) -> Answer:
        refused = _too_large(headers, bucket, key) or _refused(_WRITE, _key_to_write(headers, bucket), bucket, key)
        return refused or put(bucket, key, body, headers)

    return written


def _begun(create: Callable[..., Answer]) -> Callable[..., Answer]:
    def begun(bucket: str, key: str, headers: Headers) -> Answer:
        refused = _too_large(headers, bucket, key) or _refused(_WRITE, _key_to_write(headers, bucket), bucket, key)
        return refused or create(bucket, key, headers)

    return begun


def _uploaded(upload: Callable[..., Answer]) -> Callable[..., Answer]:
    def uploaded(bucket: str, key: str, body: bytes, query: Any, headers: Headers) -> Answer:
        refused = _refused(_READ, _key_of_upload(query), bucket, key)
        return refused or upload(bucket, key, body, query, headers)

    return uploaded


def _uploaded_by_copy(upload: Callable[..., Answer]) -> Callable[..., Answer]:
    def uploaded(bucket: str, key: str, query: Any, headers: Headers) -> Answer:
        refused = _source_refused(headers) or _refused(_READ, _key_of_upload(query), bucket, key)
        return refused or upload(bucket, key, query, headers)

    return uploaded


def _copied(copy: Callable[..., Answer]) -> Callable[..., Answer]:
    def copied(bucket: str, key: str, headers: Headers) -> Answer:
        refused = _source_refused(headers) or _refused(_WRITE, _key_to_write(headers, bucket), bucket, key)
        return refused or copy(bucket, key, headers)

    return copied


def _told_of_versions(delete: Callable[[str], Answer]) -> Callable[[str], Answer]:
    """A bucket that has or had versioning says that versions keep it, which a listing of its objects does not show."""

    def deleted(bucket: str) -> Answer:
        status, headers, body = delete(bucket)
        if status == 409 and adapter.part(_SERVICE)._bucket_versioning.get(bucket):
            message = "The bucket you tried to delete is not empty. You must delete all versions in the bucket."
            answer: Answer = adapter.part(_SERVICE)._error("BucketNotEmpty", message, 409, f"/{bucket}")
            return answer
        return status, headers, body

    return deleted


def _read(get: Callable[..., Answer]) -> Callable[..., Answer]:
    """The answer names the key that the object was written with."""

    def read(bucket: str, key: str, headers: Headers, query: Any = None) -> Answer:
        answer = get(bucket, key, headers, query)
        return _refused(_READ, _key_in(answer), bucket, key) or answer

    return read


def check_read(signer: str, bucket: str, key: str) -> None:
    """Refuse unless `signer` may read the object, its key included; AccessDenied. For services that read on behalf."""
    authorization = current().authorization
    authorization.check(signer, "s3:GetObject", f"arn:aws:s3:::{bucket}/{key}", {})
    key_id = _key_in(adapter.part(_SERVICE)._head_object(bucket, key, {}, {}))
    if key_id:
        authorization.check(signer, _READ, keys.find(key_id).arn, _context(bucket, key))


def _source_refused(headers: Headers) -> Answer | None:
    path, _, version = headers.get("x-amz-copy-source", "").lstrip("/").partition("?")
    bucket, _, key = unquote(path).partition("/")
    head = adapter.part(_SERVICE)._head_object(bucket, key, {}, parse_qs(version))
    return _refused(_READ, _key_in(head), bucket, key)


def _key_in(answer: Answer) -> str:
    status, headers, _ = answer
    return _asked(headers) if status < 300 else ""


def _key_to_write(headers: Headers, bucket: str) -> str:
    """The key that the request names, or the bucket's default."""
    wanted, error = adapter.part(_SERVICE)._resolve_sse_write_headers(headers, bucket)
    return "" if error else _asked(wanted or {})


def _key_of_upload(query: Any) -> str:
    upload = adapter.part(_SERVICE)._multipart_uploads.get((query.get("uploadId") or [""])[0]) or {}
    return _asked(upload.get("preserved_headers") or {})


def _asked(headers: Headers) -> str:
    """The key to ask; none where S3's own is named, by its alias, as CodeBuild does by default."""
    key_id = str(headers.get(_KEY, ""))
    return "" if key_id.endswith(_OWN) else key_id


def _refused(action: str, key_id: str, bucket: str, key: str) -> Answer | None:
    """S3's answer when the caller may not use the key, or nobody can; None when nothing is wrong."""
    signer = _signer.get()
    if not key_id or signer is None:
        return None
    error, asked = adapter.part(_SERVICE)._error, keys.find(key_id)
    resource = f"/{bucket}/{key}"
    refused: Answer | None
    try:
        current().authorization.check(signer, action, asked.arn, _context(bucket, key))
    except AccessDenied as denied:
        refused = error("AccessDenied", denied.message, 403, resource)
    else:
        refused = error(f"KMS.{asked.code}", asked.message, 400, resource) if asked.code else None
    return refused


def _too_large(headers: Headers, bucket: str, key: str) -> Answer | None:
    """S3's answer when the names and values of the user's metadata are above 2 KB; None when they are not."""
    given = [name.lower().removeprefix(_META) + value for name, value in headers.items() if _is_meta(name)]
    if sum(len(text.encode()) for text in given) <= _MOST_METADATA:
        return None
    message = "Your metadata headers exceed the maximum allowed metadata size."
    answer: Answer = adapter.part(_SERVICE)._error("MetadataTooLarge", message, 400, f"/{bucket}/{key}")
    return answer


def _is_meta(header: str) -> bool:
    return header.lower().startswith(_META)


def _context(bucket: str, key: str) -> dict[str, Any]:
    engine = current()
    configuration = adapter.part(_SERVICE)._bucket_encryption.get(bucket) or ""
    by_bucket = "<BucketKeyEnabled>true</BucketKeyEnabled>" in configuration
    arn = f"arn:aws:s3:::{bucket}" if by_bucket else f"arn:aws:s3:::{bucket}/{key}"
    return {
        "kms:CallerAccount": engine.account,
        "aws:ViaAWSService": "true",
        "kms:ViaService": f"s3.{engine.region}.amazonaws.com",
        "kms:EncryptionContext:aws:s3:arn": arn,
        "kms:EncryptionContextKeys": ["aws:s3:arn"],
    }
