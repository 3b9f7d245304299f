"""Code in S3 is read with the rights of whoever makes the function."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.mend.account import archive, role
from tests.engine.test_dispatcher import role_client

pytestmark = pytest.mark.specification("docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html")

SOURCE = "def handler(event, context):\n    return event\n"
FUNCTIONS = {"Effect": "Allow", "Action": ["lambda:*", "iam:PassRole"], "Resource": "*"}
READS = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::code-of-functions/*"}


@pytest.fixture(scope="module")
def code(engine: Any) -> dict[str, str]:
    s3 = engine.client("s3")
    key = engine.client("kms").create_key()["KeyMetadata"]["Arn"]
    s3.create_bucket(Bucket="code-of-functions")
    s3.put_object(
        Bucket="code-of-functions",
        Key="f.zip",
        Body=archive(SOURCE),
        ServerSideEncryption="aws:kms",
        SSEKMSKeyId=key,
    )
    return {"S3Bucket": "code-of-functions", "S3Key": "f.zip"}


@pytest.mark.parametrize(
    ("statements", "missing"), [([], "s3:GetObject"), ([READS], "kms:Decrypt")], ids=["object", "key"]
)
def test_code_that_the_caller_may_not_read_makes_no_function(
    engine: Any, code: dict[str, str], statements: list[dict[str, Any]], missing: str
) -> None:
    name = f"unreadable-{len(statements)}"
    arn = role(engine, name, "lambda.amazonaws.com")
    client = role_client(engine, "lambda", f"{name}-maker", [FUNCTIONS, *statements])
    with pytest.raises(ClientError, match=r"GetObject for code-of-functions/f\.zip") as error:
        client.create_function(FunctionName=name, Runtime="python3.13", Handler="handler.handler", Role=arn, Code=code)
    assert error.value.response["Error"]["Code"] == "AccessDeniedException"
    assert f"is not authorized to perform: {missing}" in error.value.response["Error"]["Message"]


def test_nor_a_layer(engine: Any, code: dict[str, str]) -> None:
    client = role_client(engine, "lambda", "layer-maker", [FUNCTIONS])
    with pytest.raises(ClientError, match="Your access has been denied by S3"):
        client.publish_layer_version(LayerName="layer", Content=code)


def test_code_that_the_caller_may_read_does(engine: Any, code: dict[str, str]) -> None:
    arn = role(engine, "readable", "lambda.amazonaws.com")
    made = engine.client("lambda").create_function(
        FunctionName="readable", Runtime="python3.13", Handler="handler.handler", Role=arn, Code=code
    )
    assert made["FunctionArn"].endswith(":function:readable")
