"""Launching the bundle: package it, upload it, create or update the root stack, and follow what happens."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from slipway import install, seed
from slipway.errors import BadInput, SlipwayError
from slipway.target import Target

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
_POLL_SECONDS = 0.2
_POLL_SECONDS_AWS = 3.0


class LaunchFailed(SlipwayError):
    """The stack was not made or changed; the text names the resource and AWS's reason."""


@dataclass(frozen=True)
class Package:
    """What was uploaded: the packaged root template's URL, and where the seed is."""

    template_url: str
    bucket: str
    seed_key: str


@dataclass(frozen=True)
class StackEvent:
    """One event of a stack or of a stack nested in it."""

    stack: str
    logical_id: str
    status: str
    reason: str


Say = Callable[[str], None]


def package(target: Target, root: Path, bundle: seed.Seed) -> Package:
    """Upload the seed and, with SAM CLI, the root template and all that it refers to."""
    bucket = _launch_bucket(target)
    seed_key = f"seeds/{bundle.version}.zip"
    target.client("s3").put_object(Bucket=bucket, Key=seed_key, Body=bundle.content)
    packaged = _sam_package(target, root, bucket)
    template_key = f"templates/{bundle.version}/template.yaml"
    target.client("s3").put_object(Bucket=bucket, Key=template_key, Body=packaged.encode())
    return Package(_object_url(target, bucket, template_key), bucket, seed_key)


def sam() -> str:
    """SAM CLI's path: the one of the bundle's build environment, else the one on PATH; BadInput when there is none."""
    beside = Path(sys.executable).parent.parent / "sam" / "bin" / "sam"
    found = str(beside) if beside.exists() else shutil.which("sam")
    if found is None:
        raise BadInput("SAM CLI is not installed; `make setup` installs it below .venv")
    return found


def _sam_package(target: Target, root: Path, bucket: str) -> str:
    command = [sam(), "package", "--template-file", "template.yaml", "--s3-bucket", bucket]
    command += ["--s3-prefix", "packages", "--region", target.region]
    environment = {**target.environment(), "SAM_CLI_TELEMETRY": "0"}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LaunchFailed(f"`{' '.join(command)}` failed:\n{done.stderr.strip()[-2000:]}")
    text = done.stdout
    return text[text.index("AWSTemplateFormatVersion") :] if "AWSTemplateFormatVersion" in text else text


def _launch_bucket(target: Target) -> str:
    """The bucket for templates and seeds, private and encrypted; one an account and region."""
    s3 = target.client("s3")
    name = f"slipway-launch-{target.account}-{target.region}"
    try:
        s3.head_bucket(Bucket=name)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
            raise LaunchFailed(f"bucket {name} cannot be used: {error}") from error
        where = {} if target.region == "us-east-1" else {"LocationConstraint": target.region}
        s3.create_bucket(Bucket=name, **({"CreateBucketConfiguration": where} if where else {}))
        s3.put_public_access_block(
            Bucket=name,
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": True,
                "IgnorePublicAcls": True,
                "BlockPublicPolicy": True,
                "RestrictPublicBuckets": True,
            },
        )
    return name


def _object_url(target: Target, bucket: str, key: str) -> str:
    base = target.engine.url if target.engine else f"https://s3.{target.region}.amazonaws.com"
    return f"{base}/{bucket}/{key}"


def deploy(target: Target, stack: str, uploaded: Package, parameters: Mapping[str, str]) -> str:
    """Start creating or updating the root stack; returns `CREATE`, `UPDATE` or `NONE`."""
    cloudformation = target.client("cloudformation")
    given = {"SourceBucket": uploaded.bucket, "SourceKey": uploaded.seed_key, **parameters}
    request: dict[str, Any] = {
        "StackName": stack,
        "TemplateURL": uploaded.template_url,
        "Capabilities": CAPABILITIES,
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
    }
    try:
        if install.describe(target, stack) is None:
            request["Parameters"] += _log_role(target, set(given))
            cloudformation.create_stack(**request, OnFailure="ROLLBACK")
            return "CREATE"
        request["Parameters"] += _kept(target, stack, set(given))
        cloudformation.update_stack(**request)
        return "UPDATE"
    except ClientError as error:
        if "No updates are to be performed" in str(error):
            return "NONE"
        raise LaunchFailed(
            f"stack {stack} in {target.name} was refused: {error.response['Error']['Message']}"
        ) from error


def _log_role(target: Target, given: set[str]) -> list[dict[str, Any]]:
    """Let the bundle set API Gateway's log role where the region has none: there is one for all of its APIs.

    docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
    """
    if "ManageApiGatewayLogging" in given or target.client("apigateway").get_account().get("cloudwatchRoleArn"):
        return []
    return [{"ParameterKey": "ManageApiGatewayLogging", "ParameterValue": "true"}]


def _kept(target: Target, stack: str, given: set[str]) -> list[dict[str, Any]]:
    described = install.describe(target, stack) or {}
    names = [parameter["ParameterKey"] for parameter in described.get("Parameters", [])]
    return [{"ParameterKey": name, "UsePreviousValue": True} for name in names if name not in given]


def wait(target: Target, stack: str, say: Callable[[StackEvent], None]) -> None:
    """Tell every event of the stack until it is done; LaunchFailed when it failed."""
    failures = []
    for event in _events(target, stack):
        say(event)
        if event.status.endswith("_FAILED") and "cancelled" not in event.reason:
            failures.append(event)
    status = (install.describe(target, stack) or {}).get("StackStatus", "gone")
    if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        cause = next((event for event in failures if event.reason and "nested" not in event.logical_id), None)
        told = f": {cause.logical_id} in {cause.stack}: {cause.reason}" if cause else ""
        raise LaunchFailed(f"stack {stack} ended as {status}{told}")


def _events(target: Target, stack: str) -> Iterator[StackEvent]:
    """New events of the stack and of its nested stacks, until the root has ended."""
    cloudformation = target.client("cloudformation")
    pause = _POLL_SECONDS if target.engine else _POLL_SECONDS_AWS
    seen: set[str] = set()
    ended = False
    while not ended:
        described = install.describe(target, stack) or {}
        ended = not str(described.get("StackStatus", "")).endswith("_IN_PROGRESS")
        names = [stack]
        for name in names:
            events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
            for event in reversed(events):
                nested = event.get("PhysicalResourceId", "")
                is_nested = event["ResourceType"] == "AWS::CloudFormation::Stack" and nested.startswith("arn:")
                if is_nested and nested not in names and event["LogicalResourceId"] != event["StackName"]:
                    names.append(nested)
                if event["EventId"] not in seen:
                    seen.add(event["EventId"])
                    yield StackEvent(
                        event["StackName"],
                        event["LogicalResourceId"],
                        event["ResourceStatus"],
                        event.get("ResourceStatusReason", ""),
                    )
        if not ended:
            time.sleep(pause)
