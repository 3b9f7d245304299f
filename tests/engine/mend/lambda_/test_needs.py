"""A function whose role may not do what its configuration needs is not made."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.mend.account import ACCOUNT, archive, function, queue, role

VPC = {"SubnetIds": ["subnet-0123456789abcdef0"], "SecurityGroupIds": ["sg-0123456789abcdef0"]}
DENIED = "The provided execution role does not have permissions to call"


@pytest.mark.parametrize(
    ("configuration", "message"),
    [
        pytest.param(
            {"VpcConfig": VPC},
            "CreateNetworkInterface on EC2",
            id="a VPC",
            marks=pytest.mark.specification("docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html"),
        ),
        pytest.param(
            {"TracingConfig": {"Mode": "Active"}},
            "PutTraceSegments on XRAY",
            id="tracing",
            marks=pytest.mark.specification("docs.aws.amazon.com/lambda/latest/dg/services-xray.html"),
        ),
        pytest.param(
            {"DeadLetterConfig": {"TargetArn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:dead"}},
            "SendMessage on SQS",
            id="dead letters",
            marks=pytest.mark.specification("docs.aws.amazon.com/lambda/latest/dg/invocation-async-dlq.html"),
        ),
    ],
)
def test_a_role_without_the_right_is_refused(engine: Any, configuration: dict[str, Any], message: str) -> None:
    name = f"lacks-{next(iter(configuration))}"
    role_arn = role(engine, name, "lambda.amazonaws.com")
    with pytest.raises(ClientError, match=f"{DENIED} {message}") as caught:
        engine.client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.13",
            Handler="handler.handler",
            Role=role_arn,
            Code={"ZipFile": archive("")},
            **configuration,
        )
    assert caught.value.response["Error"]["Code"] == "InvalidParameterValueException"


@pytest.mark.specification("docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html")
def test_a_destination_to_which_the_role_may_not_send_is_refused(engine: Any) -> None:
    _, arn = queue(engine, "unreachable")
    function(engine, "cannot-send", "def handler(event, context):\n    return event\n")
    with pytest.raises(ClientError, match=f"{DENIED} SendMessage on SQS"):
        engine.client("lambda").put_function_event_invoke_config(
            FunctionName="cannot-send", DestinationConfig={"OnFailure": {"Destination": arn}}
        )
