"""Publishing the bundle: a template that anybody with access to a bucket launches, and that never changes again.

Everything lies below `slipway/VERSION/HASH/`, where the hash is the bundle's content. A version has one content: what
is published under it already is only published again when it is the same.
docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-console-create-stacks-quick-create-links.html
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from botocore.exceptions import ClientError, ParamValidationError

from slipway import install, seed
from slipway.errors import BadInput
from slipway.package import PackageFailed, packaged
from slipway.target import Target

# AWS's own picture of the button.
_PICTURE = "https://s3.amazonaws.com/cloudformation-examples/cloudformation-launch-stack.png"
# The console is at another address in the other partitions; the bundle claims none of their regions.
_PARTITION = "aws"


@dataclass(frozen=True)
class Published:
    """A published bundle; no link where there is no console, as on the local engine."""

    version: str
    content: str
    template_url: str
    region: str
    is_new: bool
    launch_url: str

    @property
    def markdown(self) -> str:
        """The button, for a README."""
        return f"[![Launch Stack]({_PICTURE})]({self.launch_url})" if self.launch_url else ""

    def as_json(self) -> dict[str, object]:
        """For machines."""
        return {
            "version": self.version,
            "content": self.content,
            "region": self.region,
            "templateUrl": self.template_url,
            "new": self.is_new,
            "launchUrl": self.launch_url or None,
            "markdown": self.markdown or None,
        }


def publish(target: Target, root: Path, bucket: str) -> Published:
    """Upload seed, parts and template; PackageFailed when this version has another content already."""
    bundle, version = seed.make(root), version_of(root)
    check_bucket(target, bucket)
    folder = f"slipway/{version}/{bundle.version}"
    _check_version(target, bucket, version, bundle.version)
    s3, seed_key, template_key = target.client("s3"), f"{folder}/seed.zip", f"{folder}/template.yaml"
    s3.put_object(Bucket=bucket, Key=seed_key, Body=bundle.content)
    template = seeded(packaged(target, root, bucket, f"{folder}/parts"), bucket, seed_key)
    before = _read(target, bucket, template_key)
    if before is not None and before != template:
        raise PackageFailed(
            f"s3://{bucket}/{template_key} differs from what was packaged from the same content: it was changed"
            " after it was published, or another SAM CLI packaged it; compare them"
            f" (`aws s3 cp s3://{bucket}/{template_key} -`), and raise the version in pyproject.toml to publish anew"
        )
    if before is None:
        s3.put_object(Bucket=bucket, Key=template_key, Body=template.encode())
    url = f"{s3.meta.endpoint_url}/{bucket}/{template_key}"
    target.client("cloudformation").get_template_summary(TemplateURL=url)
    return Published(version, bundle.version, url, target.region, before is None, launch_url(target, url))


def version_of(root: Path) -> str:
    """The version in the bundle's pyproject.toml; BadInput when it has none."""
    try:
        return str(tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"])
    except (FileNotFoundError, KeyError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"{root}/pyproject.toml says no version of the bundle (project.version): {error!r}") from error


def check_bucket(target: Target, bucket: str) -> None:
    """Refuse a bucket that is not there, not ours, or in another region: a function's code must be in its own."""
    try:
        owned = {"Bucket": bucket, "ExpectedBucketOwner": target.account}
        found = target.client("s3").get_bucket_location(**owned).get("LocationConstraint")
    except ParamValidationError as error:
        raise BadInput(f"{bucket!r} is no name of a bucket: {error}") from error
    except ClientError as error:
        raise PackageFailed(f"bucket {bucket} cannot be used: {_why(target, bucket, error)}") from error
    # docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html: null is us-east-1, EU eu-west-1.
    region = {None: "us-east-1", "": "us-east-1", "EU": "eu-west-1"}.get(found, found)
    if region != target.region:
        raise PackageFailed(
            f"bucket {bucket} is in {region}, and CloudFormation makes functions only of code in its own region,"
            f" {target.region}; publish with --region {region}, or to a bucket in {target.region}"
        )


def _why(target: Target, bucket: str, error: ClientError) -> str:
    details = error.response["Error"]
    if details["Code"] == "NoSuchBucket":
        remedy = f"make it with `aws s3 mb s3://{bucket} --region {target.region}`, or give another one"
    else:
        remedy = (
            f"it is account {target.account}'s if `aws s3api list-buckets` has it, and then its policy or yours has to"
        )
        remedy += " allow s3:GetBucketLocation, s3:ListBucket, s3:GetObject and s3:PutObject; else give another one"
    return f"{details['Message']}; {remedy}"


def seeded(template: str, bucket: str, key: str) -> str:
    """A packaged template whose parameters SourceBucket and SourceKey are the seed unless somebody says otherwise."""
    for name, value in (("SourceBucket", bucket), ("SourceKey", key)):
        # A parameter's lines are indented deeper than its name; its default is empty in the repository's template.
        pattern = rf"(^  {name}:\n(?:    .*\n)*?    Default: )(?:''|\"\")$"
        template, times = re.subn(pattern, rf"\g<1>{value}", template, flags=re.MULTILINE)
        if times != 1:
            raise PackageFailed(f"template.yaml: parameter {name} has no empty default for the published seed to go to")
    return template


def _check_version(target: Target, bucket: str, version: str, content: str) -> None:
    pages = target.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"slipway/{version}/")
    keys = (item["Key"] for page in pages for item in page.get("Contents", []))
    there = {key.split("/")[2] for key in keys if key.endswith("/template.yaml")} - {content}
    if there:
        raise PackageFailed(
            f"version {version} is published in bucket {bucket} already, with other content"
            f" ({', '.join(sorted(there))}, this is {content}); raise the version in pyproject.toml"
        )


def _read(target: Target, bucket: str, key: str) -> str | None:
    try:
        body: bytes = target.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchKey":
            raise
        return None
    return body.decode()


def launch_url(target: Target, template_url: str) -> str:
    """The console's form of a new stack of that template, "" where there is no such console."""
    partition = target.session.get_partition_for_region(target.region)
    if target.engine is not None or partition != _PARTITION:
        return ""
    console = f"https://{target.region}.console.aws.amazon.com/cloudformation/home?region={target.region}"
    return (
        f"{console}#/stacks/create/review?templateURL={quote(template_url, safe='')}&stackName={install.DEFAULT_STACK}"
    )
