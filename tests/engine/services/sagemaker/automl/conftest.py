"""The role of AutoML jobs, with what AWS's page says that it needs."""

from __future__ import annotations

import json

import pytest

from tests.engine.services.sagemaker.support import Sagemaker

_ACTIONS = [
    *("s3:GetObject", "s3:PutObject", "s3:ListBucket"),
    *("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"),
    *("ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"),
]


@pytest.fixture(scope="session", autouse=True)
def automl_role(sagemaker: Sagemaker) -> None:
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
