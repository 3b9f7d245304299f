"""The scripts that run in AWS's AutoGluon images, as the archive that script mode takes.

https://sagemaker.readthedocs.io/en/stable/overview.html#prepare-a-training-script
"""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from config import aws_images
from config.versions import content_hash, files

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SCRIPTS: Final = Path("jobs/autogluon")


def key(scripts: Path = SCRIPTS) -> str:
    """Where the archive is in the artifact bucket; the name follows from the content, so what is there is right."""
    return f"packages/autogluon/{content_hash(scripts)[:32]}/sourcedir.tar.gz"


def upload(s3: S3Client, bucket: str, key_arn: str, scripts: Path = SCRIPTS) -> str:
    """Put the archive there; returns its key."""
    name = key(scripts)
    s3.put_object(Bucket=bucket, Key=name, Body=archive(scripts), ServerSideEncryption="aws:kms", SSEKMSKeyId=key_arn)
    return name


def direct_parameters(region: str) -> dict[str, str]:
    """The training stack's, for its direct flow: none where no AutoGluon image of AWS's is known."""
    try:
        return {
            "AutogluonTrainingImage": aws_images.uri("autogluon-training", region),
            "AutogluonInferenceImage": aws_images.uri("autogluon-inference", region),
            "AutogluonSourceKey": key(),
        }
    except aws_images.ImageNotInRegion:
        return {}


def archive(scripts: Path = SCRIPTS) -> bytes:
    """The scripts as `sourcedir.tar.gz`: the same bytes for the same content."""
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as compressed,
        tarfile.open(fileobj=compressed, mode="w") as tar,
    ):
        for path in files(scripts):
            member = tarfile.TarInfo(path.relative_to(scripts).as_posix())
            member.size, member.mode = path.stat().st_size, 0o644
            with path.open("rb") as content:
                tar.addfile(member, content)
    return packed.getvalue()
