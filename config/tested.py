"""`python -m config.tested COMMAND…`: run the bundle's own tests and checks, unless they passed before on this content.

The mark is an object of the artifact bucket that is named by the hash of all that a push brings but
`config/ml-pipeline.json`: they are of the bundle, whichever configuration it has, so that new data or another
hyperparameter waits for none of them. Who wants them run again deletes the mark.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import boto3
from botocore.exceptions import ClientError

from config.commands import run
from config.versions import content_hash, files

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_PREFIX: Final = "tested"
# What a build makes itself, and the one file that they know nothing of.
_MADE: Final = frozenset({".git", ".hypothesis", ".venv", "build"})
_CONFIGURATION: Final = Path("config/ml-pipeline.json")


def main() -> None:
    """Leave with the command's own code; 0 without running it where it passed before."""
    bucket, key = os.environ["ARTIFACT_BUCKET"], f"{_PREFIX}/{_content(Path())}"
    s3 = boto3.client("s3")
    if _exists(s3, bucket, key):
        print(f"The bundle's tests and checks passed before on this content, s3://{bucket}/{key}; not run again.")
        return
    code = run(sys.argv[1:])
    if code == 0:
        s3.put_object(Bucket=bucket, Key=key)
    sys.exit(code)


def _content(root: Path) -> str:
    """The SHA-256 of the interpreter's version and of every file's name and content."""
    paths = (path for path in files(root, without=_MADE) if path != root / _CONFIGURATION)
    return hashlib.sha256(f"{sys.version}\0{content_hash(root, paths)}".encode()).hexdigest()


def _exists(s3: S3Client, bucket: str, key: str) -> bool:
    """Whether the mark is there; https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html."""
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] != "404":
            raise
        return False
    return True


if __name__ == "__main__":
    main()
