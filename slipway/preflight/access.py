"""The bucket that a launch uploads to, and the registry that Build pushes to."""

from __future__ import annotations

from collections.abc import Iterator

from botocore.exceptions import ClientError

from slipway import package
from slipway.preflight.finding import Finding, Launch, Unanswered, code_of, failed, not_looked, ok


def bucket(asked: Launch) -> Iterator[Finding]:
    """Whether the launch's bucket is ours, or its name is free."""
    name = package.bucket_name(asked.target)
    try:
        asked.target.client("s3").head_bucket(Bucket=name)
    except ClientError as error:
        if code_of(error) in ("404", "NoSuchBucket"):
            yield ok("bucket", f"{name} is not there yet; `slipway launch` makes it")
        elif code_of(error) in ("403", "AccessDenied"):
            text = f"{name} is somebody else's, or not yours to read"
            yield failed("bucket", text, f"allow s3:ListBucket, s3:GetObject and s3:PutObject on {name}")
        else:
            yield not_looked("bucket", "s3:HeadBucket", error)
    except Unanswered as error:
        yield not_looked("bucket", "s3:HeadBucket", error)
    else:
        yield ok("bucket", f"{name} is there")


def registry(asked: Launch) -> Iterator[Finding]:
    """Whether ECR answers, which holds the image of the jobs."""
    try:
        asked.target.client("ecr").describe_repositories(maxResults=1)
    except Unanswered as error:
        yield not_looked("image registry", "ecr:DescribeRepositories", error)
    else:
        yield ok("image registry", "ECR answers")
