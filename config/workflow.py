"""The modules that the Python shell jobs of the Glue workflow import, as the wheel that `--extra-py-files` takes.

Jobs of Python 3.9 take neither eggs nor zips: https://docs.aws.amazon.com/glue/latest/dg/add-job-python.html
A wheel: https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from config.versions import content_hash, files

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PACKAGE: Final = Path("functions/workflow/workflow")
# A wheel is told by its file's name, so that what changes is the folder's.
NAME: Final = "workflow-1-py3-none-any.whl"
_INFO: Final = "workflow-1.dist-info"
_METADATA: Final = {
    f"{_INFO}/METADATA": b"Metadata-Version: 2.1\nName: workflow\nVersion: 1\n",
    f"{_INFO}/WHEEL": b"Wheel-Version: 1.0\nGenerator: slipway\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}


def upload(s3: S3Client, bucket: str, key_arn: str, package: Path = PACKAGE) -> str:
    """Put the wheel in the bucket, in a folder whose name follows from its content; returns its address."""
    key = f"packages/workflow/{content_hash(package)[:32]}/{NAME}"
    s3.put_object(Bucket=bucket, Key=key, Body=wheel(package), ServerSideEncryption="aws:kms", SSEKMSKeyId=key_arn)
    return f"s3://{bucket}/{key}"


def wheel(package: Path = PACKAGE) -> bytes:
    """The modules as a wheel: the same bytes for the same content."""
    modules = {f"workflow/{path.name}": path.read_bytes() for path in files(package) if path.suffix == ".py"}
    members = modules | _METADATA
    record = "".join(f"{name},{_digest(content)},{len(content)}\n" for name, content in members.items())
    members[f"{_INFO}/RECORD"] = f"{record}{_INFO}/RECORD,,\n".encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archived:
        for name, content in members.items():
            # Without the file's own time.
            archived.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _digest(content: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
