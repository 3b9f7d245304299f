"""`python -m config.packaged COMMAND…`: write the packaged templates of the stacks that the pipeline deploys.

`COMMAND` packages `build/bundle/stacks.json`, of which each stack is a part, to `build/packaged.json`: one call for
all, since SAM CLI takes seconds to start. It is not run where this content was packaged before. The mark is an object
of the artifact bucket that is named by the content's hash and holds the addresses of the packaged templates.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import ClientError

from config.commands import run
from config.versions import content_hash

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_STACKS: Final = ("training", "test", "production")
_PREFIX: Final = "packaged"
_BUNDLE: Final = Path("build/bundle")
_PARTS: Final = _BUNDLE / "stacks.json"
_PACKAGED: Final = Path("build/packaged.json")
_OUTPUT: Final = Path("build/output")


def main() -> None:
    """Leave with the command's own code."""
    s3, bucket = boto3.client("s3"), os.environ["ARTIFACT_BUCKET"]
    _write_parts()
    key = f"{_PREFIX}/{_content(s3.meta.endpoint_url)}.json"
    addresses = _known(s3, bucket, key)
    if addresses is None:
        addresses = _package()
        body, key_arn = json.dumps(addresses).encode(), os.environ["KEY_ARN"]
        s3.put_object(Bucket=bucket, Key=key, Body=body, ServerSideEncryption="aws:kms", SSEKMSKeyId=key_arn)
    else:
        print(f"This content was packaged before, s3://{bucket}/{key}, and is not packaged again.")
    _OUTPUT.mkdir(parents=True, exist_ok=True)
    for stack, address in addresses.items():
        found = s3.get_object(Bucket=bucket, Key=_key(address, bucket))
        (_OUTPUT / f"{stack}.yaml").write_bytes(found["Body"].read())


def _write_parts() -> None:
    """A template whose nested stacks are the pipeline's: packaged with it, and never deployed."""
    parts = {
        stack: {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": f"cf/{stack}.yaml"}}
        for stack in _STACKS
    }
    _PARTS.write_text(json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": parts}), encoding="utf-8")


def _content(endpoint: str) -> str:
    """The SHA-256 of what is packaged, by which SAM CLI, under which key, and of the S3 that the addresses name."""
    packager = Path("config/sam.txt").read_text(encoding="utf-8")
    parts = (content_hash(_BUNDLE), packager, os.environ["KEY_ARN"], endpoint)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _known(s3: S3Client, bucket: str, key: str) -> dict[str, str] | None:
    """What the mark says, None without one; https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html."""
    try:
        found = s3.get_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchKey":
            raise
        return None
    addresses: dict[str, str] = json.loads(found["Body"].read())
    return addresses


def _package() -> dict[str, str]:
    """The addresses of the packaged templates, by stack."""
    code = run(sys.argv[1:])
    if code:
        sys.exit(code)
    resources = json.loads(_PACKAGED.read_text(encoding="utf-8"))["Resources"]
    return {stack: resources[stack]["Properties"]["TemplateURL"] for stack in _STACKS}


def _key(address: str, bucket: str) -> str:
    """The key of an object in the bucket, from the address that SAM CLI gives it: `https://S3/BUCKET/KEY`."""
    return urlsplit(address).path.removeprefix(f"/{bucket}/")


if __name__ == "__main__":
    main()
