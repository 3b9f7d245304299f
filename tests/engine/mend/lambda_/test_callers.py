"""S3 and SNS invoke a function only when its policy lets them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.mend.account import eventually, function, journal, log

SOURCE = "def handler(event, context):\n    print(sorted(event['Records'][0]))\n"


def refused(engine: Any, principal: str) -> bool:
    calls = [call for call in journal(engine) if call["caller"] == principal and call["service"] == "lambda"]
    return any(call["status"] == 403 for call in calls)


def notify(engine: Any, bucket: str, arn: str) -> None:
    configuration = {"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"]}
    engine.client("s3").put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"LambdaFunctionConfigurations": [configuration]}
    )


@pytest.mark.parametrize("service", ["s3", "sns"])
def test_a_function_is_invoked_only_by_whom_its_policy_names(engine: Any, service: str) -> None:
    name, principal = f"from-{service}", f"{service}.amazonaws.com"
    arn = function(engine, name, SOURCE)
    if service == "s3":
        source = f"arn:aws:s3:::{name}-bucket"
        engine.client("s3").create_bucket(Bucket=f"{name}-bucket")
    else:
        source = engine.client("sns").create_topic(Name=name)["TopicArn"]

    def allow() -> None:
        engine.client("lambda").add_permission(
            FunctionName=name, StatementId="in", Action="lambda:InvokeFunction", Principal=principal, SourceArn=source
        )

    def send() -> None:
        if service == "s3":
            engine.client("s3").put_object(Bucket=f"{name}-bucket", Key="k", Body=b"x")
        else:
            engine.client("sns").publish(TopicArn=source, Message="m")

    if service == "s3":
        allow()
        notify(engine, f"{name}-bucket", arn)
        engine.client("lambda").remove_permission(FunctionName=name, StatementId="in")
    else:
        engine.client("sns").subscribe(TopicArn=source, Protocol="lambda", Endpoint=arn)
    send()
    assert eventually(lambda: refused(engine, principal))
    allow()
    send()
    assert eventually(
        lambda: any("Records" in line or "ventSource" in line for line in log(engine, f"/aws/lambda/{name}"))
    )
