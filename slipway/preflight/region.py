"""What the region has: every resource type of the templates, and the place that the code comes from.

docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeType.html
docs.aws.amazon.com/codecommit/latest/userguide/regions.html
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from botocore.exceptions import ClientError

from slipway.preflight.finding import Finding, Launch, Unanswered, code_of, failed, not_looked, ok

_AT_ONCE = 10
_OTHER_SOURCE = "`-p SourceProvider=CodeConnections` or `-p SourceProvider=S3`, or another region (`--region`)"


def types(asked: Launch) -> Iterator[Finding]:
    """Whether CloudFormation knows every resource type of the templates there."""
    wanted = asked.settings.types(asked.parameters)
    cloudformation = asked.target.client("cloudformation")

    def fault(name: str) -> ClientError | None:
        try:
            cloudformation.describe_type(Type="RESOURCE", TypeName=name)
        except ClientError as error:
            return error
        return None

    try:
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            faults = {name: error for name, error in zip(wanted, threads.map(fault, wanted), strict=True) if error}
    except Unanswered as error:
        yield not_looked("resource types", "cloudformation:DescribeType", error)
        return
    missing = sorted(name for name, error in faults.items() if code_of(error) == "TypeNotFoundException")
    others = [error for error in faults.values() if code_of(error) != "TypeNotFoundException"]
    if missing:
        text = f"{asked.target.region} has no {', '.join(missing)}"
        yield failed("resource types", text, "choose another region: --region us-east-1")
    elif others:
        yield not_looked("resource types", "cloudformation:DescribeType", others[0])
    else:
        yield ok("resource types", f"all {len(wanted)} are in {asked.target.region}")


def source(asked: Launch) -> Iterator[Finding]:
    """Whether the code can be where the launch says."""
    provider = asked.parameters.get("SourceProvider", "CodeCommit")
    yield from {"CodeCommit": _codecommit, "CodeConnections": _connection, "S3": _zip}[provider](asked)


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
        yield failed("source", "CodeConnections needs a connection", "`-p ConnectionArn=…` of one that is available")
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
            yield not_looked("source", f"reading s3://{bucket}/{key}", error)
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
