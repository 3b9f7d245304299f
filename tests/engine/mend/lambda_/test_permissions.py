"""What a policy is asked about when a function is made."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.engine.mend.account import EVERYTHING_LOGGED, archive, role

pytestmark = pytest.mark.specification("docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html")


def test_a_function_is_made_under_the_name_that_a_policy_allows(engine: Any) -> None:
    own = role(engine, "named-function", "lambda.amazonaws.com", [EVERYTHING_LOGGED])
    user = engine.client("iam")
    user.create_user(UserName="maker")
    allowed = "arn:aws:lambda:us-east-1:111122223333:function:named-*"
    statements = [
        {"Effect": "Allow", "Action": "lambda:*", "Resource": allowed},
        {"Effect": "Allow", "Action": "iam:PassRole", "Resource": own},
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    user.put_user_policy(UserName="maker", PolicyName="policy", PolicyDocument=policy)
    key = user.create_access_key(UserName="maker")["AccessKey"]
    session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="us-east-1")
    maker = session.client("lambda", endpoint_url=engine.url)
    request = {"Runtime": "python3.13", "Handler": "handler.handler", "Role": own,
               "Code": {"ZipFile": archive("def handler(event, context): return 1")}}  # fmt: skip
    assert maker.create_function(FunctionName="named-one", **request)["FunctionName"] == "named-one"
    with pytest.raises(ClientError, match=r"lambda:CreateFunction on resource: .*:function:other"):
        maker.create_function(FunctionName="other", **request)
