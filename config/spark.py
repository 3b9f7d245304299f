"""The modules that the Spark job imports, as the archive that `--extra-py-files` takes.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-libraries.html
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from config.versions import content_hash, files

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

JOBS: Final = Path("jobs")


def upload(s3: S3Client, bucket: str, key_arn: str, jobs: Path = JOBS) -> str:
    """Put the archive in the bucket, under a name that follows from its content; returns its address."""
    key = f"packages/jobs-{content_hash(jobs)[:32]}.zip"
    s3.put_object(Bucket=bucket, Key=key, Body=archive(jobs), ServerSideEncryption="aws:kms", SSEKMSKeyId=key_arn)
    return f"s3://{bucket}/{key}"


def archive(jobs: Path = JOBS) -> bytes:
    """The Python modules of the package `jobs`: the same bytes for the same content."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archived:
        for path in files(jobs):
            if path.suffix == ".py":
                # Without the file's own time.
                name = zipfile.ZipInfo(f"jobs/{path.relative_to(jobs).as_posix()}")
                archived.writestr(name, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
