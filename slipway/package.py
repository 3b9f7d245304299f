"""Packaging the bundle: the seed and the templates, uploaded to where CloudFormation reads them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import ClientError

from slipway import seed
from slipway.errors import BadInput, SlipwayError
from slipway.target import Target


class PackageFailed(SlipwayError):
    """The bundle was not uploaded; the text is SAM CLI's or S3's."""


@dataclass(frozen=True)
class Package:
    """What was uploaded: the packaged root template's URL, and where the seed is."""

    template_url: str
    bucket: str
    seed_key: str


def package(target: Target, root: Path, bundle: seed.Seed) -> Package:
    """Upload the seed and, with SAM CLI, the root template and all that it refers to."""
    s3 = target.client("s3")
    bucket = _bucket(target)
    seed_key = f"seeds/{bundle.version}.zip"
    s3.put_object(Bucket=bucket, Key=seed_key, Body=bundle.content)
    template_key = f"templates/{bundle.version}/template.yaml"
    s3.put_object(Bucket=bucket, Key=template_key, Body=packaged(target, root, bucket, "packages").encode())
    return Package(f"{s3.meta.endpoint_url}/{bucket}/{template_key}", bucket, seed_key)


def sam() -> str:
    """SAM CLI's path: the one of the bundle's build environment, else the one on PATH; BadInput when there is none."""
    beside = Path(sys.executable).parent.parent / "sam" / "bin" / "sam"
    found = str(beside) if beside.exists() else shutil.which("sam")
    if found is None:
        raise BadInput("SAM CLI is not installed; `make setup` installs it below .venv")
    return found


def packaged(target: Target, root: Path, bucket: str, prefix: str) -> str:
    """The root template as SAM CLI packages it: all that it refers to is uploaded below a prefix, by its content."""
    command = [sam(), "package", "--template-file", "template.yaml", "--s3-bucket", bucket]
    command += ["--s3-prefix", prefix, "--region", target.region]
    environment = {**target.environment(), "SAM_CLI_TELEMETRY": "0"}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PackageFailed(f"`{' '.join(command)}` failed:\n{done.stderr.strip()[-2000:]}")
    # SAM CLI prints what it uploaded before the template.
    start = done.stdout.find("AWSTemplateFormatVersion")
    return done.stdout[max(start, 0) :]


def bucket_name(target: Target) -> str:
    """The bucket of an account and region that launches upload to."""
    return f"slipway-launch-{target.account}-{target.region}"


def _bucket(target: Target) -> str:
    """The bucket for templates and seeds, private and encrypted; one an account and region.

    docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
    docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
    """
    s3 = target.client("s3")
    name = bucket_name(target)
    try:
        # Its name can be guessed: one that somebody else made, and lets us write to, would be where the templates lie.
        s3.head_bucket(Bucket=name, ExpectedBucketOwner=target.account)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
            raise PackageFailed(
                f"bucket {name} cannot be used: {error}; it is another account's, or not yours to read:"
                " `slipway preflight` says what to do"
            ) from error
        where = {} if target.region == "us-east-1" else {"LocationConstraint": target.region}
        s3.create_bucket(Bucket=name, **({"CreateBucketConfiguration": where} if where else {}))
        blocked = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=dict.fromkeys(blocked, True))
    return name
