"""A small AutoML job, and tables for it."""

from __future__ import annotations

import json
import uuid
from typing import Any

from tests.engine.services.sagemaker.support import BUCKET, Sagemaker

ROLE = "arn:aws:iam::111122223333:role/Automl"
_ACTIONS = [
    *("s3:GetObject", "s3:PutObject", "s3:ListBucket"),
    *("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"),
    *("ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"),
]


def job(**changes: Any) -> dict[str, Any]:
    """A request whose data is not there."""
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/nowhere.csv"}}
    return {
        "AutoMLJobName": f"automl-{uuid.uuid4().hex[:8]}",
        "AutoMLJobInputDataConfig": [{"DataSource": source}],
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/automl"},
        "AutoMLProblemTypeConfig": {"TabularJobConfig": {"TargetAttributeName": "y"}},
        "RoleArn": ROLE,
        **changes,
    }


def table(rows: int, target: str = "y", *values: str) -> str:
    """CSV with a number and a target, whose values take turns."""
    said = values or ("yes", "no")
    lines = [f"{number},{said[number % len(said)]}" for number in range(rows)]
    return "\n".join((f"x,{target}", *lines)) + "\n"


def prepare_role(sagemaker: Sagemaker) -> None:
    """The role of the jobs, with what AWS's page about roles says that it needs."""
    trust = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    passing = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    statements = [
        {"Effect": "Allow", "Action": _ACTIONS, "Resource": "*"},
        {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*", "Condition": passing},
    ]
    iam = sagemaker.client("iam")
    trusted = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.create_role(RoleName="Automl", AssumeRolePolicyDocument=trusted)
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_role_policy(RoleName="Automl", PolicyName="job", PolicyDocument=policy)
