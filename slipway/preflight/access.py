"""The bucket that a launch uploads to, and the registry that Build pushes to."""

from __future__ import annotations

from collections.abc import Iterator

from botocore.exceptions import ClientError

from slipway import package
from slipway.preflight.finding import DENIED, Finding, Launch, Unanswered, allow, code_of, failed, not_looked, ok


def bucket(asked: Launch) -> Iterator[Finding]:
    """Whether the launch's bucket is ours, or its name is free."""
    try:
        account = asked.target.account
    except Unanswered as error:
        yield not_looked("bucket", "sts:GetCallerIdentity", error)
        return
    name = package.bucket_name(asked.target)
    try:
        asked.target.client("s3").head_bucket(Bucket=name, ExpectedBucketOwner=account)
    except ClientError as error:
        if code_of(error) in ("404", "NoSuchBucket"):
            yield ok("bucket", f"{name} is not there yet; `slipway launch` makes it")
        elif code_of(error) in DENIED:
            yield failed("bucket", f"{name} is somebody else's, or not yours to read", _other_bucket(error))
        else:
            yield not_looked("bucket", "s3:HeadBucket", error)
    except Unanswered as error:
        yield not_looked("bucket", "s3:HeadBucket", error)
    else:
        yield ok("bucket", f"{name} is there")


def _other_bucket(error: ClientError) -> str:
    """A HEAD request does not say which of the two it is."""
    rights = allow(error.response["Error"].get("Message", ""), "s3:ListBucket", "s3:GetObject", "s3:PutObject")
    published = "`slipway publish BUCKET` to one of yours, and launch the template that it prints"
    return f"if `aws s3api list-buckets` has it, {rights}; if not, {published}"


def registry(asked: Launch) -> Iterator[Finding]:
    """Whether ECR answers, which holds the image of the jobs."""
    try:
        asked.target.client("ecr").describe_repositories(maxResults=1)
    except Unanswered as error:
        yield not_looked("image registry", "ecr:DescribeRepositories", error)
    else:
        yield ok("image registry", "ECR answers")
