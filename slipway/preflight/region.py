"""What the region has: every resource type of the templates, and the place that the code comes from.

docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeType.html
docs.aws.amazon.com/codecommit/latest/userguide/regions.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from botocore.exceptions import ClientError

from slipway.preflight.finding import SECONDS, Finding, Launch, Unanswered, code_of, failed, late, not_looked, ok
from slipway.preflight.together import together

_AT_ONCE = 10
_READING = ("s3:GetObject", "s3:ListBucket", "s3:GetBucketVersioning", "s3:GetBucketNotification")
_OTHER_SOURCE = "`-p SourceProvider=CodeConnections` or `-p SourceProvider=S3`, or another region (`--region`)"


def types(asked: Launch) -> Iterator[Finding]:
    """Whether CloudFormation knows every resource type of the templates there."""
    wanted = asked.settings.types(asked.parameters)
    shares = [wanted[start::_AT_ONCE] for start in range(_AT_ONCE)]
    try:
        found = together([partial(_faults, asked, share) for share in shares], SECONDS)
    except Unanswered as error:
        yield not_looked("resource types", "cloudformation:DescribeType", error)
        return
    if None in found:
        yield late("resource types", SECONDS)
        return
    faults = {name: error for share in found if share for name, error in share.items()}
    missing = sorted(name for name, error in faults.items() if code_of(error) == "TypeNotFoundException")
    others = [error for error in faults.values() if code_of(error) != "TypeNotFoundException"]
    if missing:
        text = f"{asked.target.region} has no {', '.join(missing)}"
        yield failed(
            "resource types", text, f"choose another region: `slipway preflight {asked.stack} --aws --region …`"
        )
    elif others:
        yield not_looked("resource types", "cloudformation:DescribeType", others[0])
    else:
        yield ok("resource types", f"all {len(wanted)} are in {asked.target.region}")


def _faults(asked: Launch, names: Iterable[str]) -> dict[str, ClientError]:
    """Why types are not there, by their names."""
    faults = {}
    for name in names:
        try:
            asked.target.client("cloudformation").describe_type(Type="RESOURCE", TypeName=name)
        except ClientError as error:
            faults[name] = error
    return faults


def source(asked: Launch) -> Iterator[Finding]:
    """Whether the code can be where the launch says."""
    looks = {"CodeCommit": _codecommit, "CodeConnections": _connection, "S3": _zip}
    provider = asked.parameters.get("SourceProvider", "CodeCommit")
    if provider not in looks:
        yield failed("source", f"there is no source {provider}", f"`-p SourceProvider=…`, one of {', '.join(looks)}")
    else:
        yield from looks[provider](asked)


def _codecommit(asked: Launch) -> Iterator[Finding]:
    name = asked.parameters.get("RepositoryName") or asked.stack
    if asked.target.region not in asked.target.session.get_available_regions("codecommit"):
        yield failed("source", f"CodeCommit is not in {asked.target.region}", _OTHER_SOURCE)
        return
    try:
        asked.target.client("codecommit").get_repository(repositoryName=name)
    except ClientError as error:
        if code_of(error) == "RepositoryDoesNotExistException":
            yield ok("source", f"CodeCommit answers in {asked.target.region}, and repository {name} is free")
        else:
            yield not_looked("source", "codecommit:GetRepository", error)
    except Unanswered as error:
        yield not_looked("source", "codecommit:GetRepository", error)
    else:
        yield from _taken(asked, name)


def _taken(asked: Launch, name: str) -> Iterator[Finding]:
    """A repository of that name is the install's own, or stands in its way."""
    try:
        asked.target.client("cloudformation").describe_stacks(StackName=asked.stack)
    except ClientError:
        other = "`-p RepositoryName=…`"
        yield failed("source", f"repository {name} is there already, and the launch makes its own", other)
    else:
        yield ok("source", f"repository {name} is there, as stack {asked.stack} is")


def _connection(asked: Launch) -> Iterator[Finding]:
    arn = asked.parameters.get("ConnectionArn", "")
    if not arn:
        command = "`aws codeconnections create-connection --provider-type GitHub --connection-name slipway`"
        remedy = f"`-p ConnectionArn=…` of one that is available; {command} makes one, to be finished in the console"
        yield failed("source", "CodeConnections needs a connection", remedy)
        return
    try:
        found = asked.target.client("codeconnections").get_connection(ConnectionArn=arn)["Connection"]
    except Unanswered as error:
        yield not_looked("source", "codeconnections:GetConnection", error)
        return
    if found["ConnectionStatus"] == "AVAILABLE":
        yield ok("source", f"connection {found['ConnectionName']} is available")
    else:
        text = f"connection {found['ConnectionName']} is {found['ConnectionStatus']}"
        yield failed("source", text, "finish it in the console: Developer Tools, Settings, Connections")


def _zip(asked: Launch) -> Iterator[Finding]:
    """docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3.html."""
    bucket, key = asked.parameters.get("SourceBucket", ""), asked.parameters.get("SourceKey", "")
    if not bucket or not key:
        yield failed("source", "a zip in S3 needs its bucket and key", "`-p SourceBucket=… -p SourceKey=…`")
        return
    s3 = asked.target.client("s3")
    try:
        versioned = s3.get_bucket_versioning(Bucket=bucket).get("Status") == "Enabled"
        events = "EventBridgeConfiguration" in s3.get_bucket_notification_configuration(Bucket=bucket)
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if code_of(error) in ("404", "NoSuchBucket", "NoSuchKey"):
            yield failed("source", f"s3://{bucket}/{key} is not there", f"`aws s3 cp bundle.zip s3://{bucket}/{key}`")
        else:
            yield not_looked("source", f"reading s3://{bucket}/{key}", error, *_READING)
        return
    except Unanswered as error:
        yield not_looked("source", f"reading s3://{bucket}/{key}", error)
        return
    if not versioned:
        command = f"`aws s3api put-bucket-versioning --bucket {bucket} --versioning-configuration Status=Enabled`"
        yield failed("source", f"bucket {bucket} keeps no versions, which an S3 source needs", command)
    elif not events:
        command = (
            f"`aws s3api put-bucket-notification-configuration --bucket {bucket}"
            " --notification-configuration '{\"EventBridgeConfiguration\": {}}'`"
        )
        yield failed("source", f"bucket {bucket} sends no events to EventBridge, so no run would start", command)
    else:
        yield ok("source", f"s3://{bucket}/{key} is there, versioned and with events")
