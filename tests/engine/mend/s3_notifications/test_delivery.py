"""What S3 tells of its objects, and to whom."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.engine.mend.account import ACCOUNT, eventually, function, journal, let_in, log, messages, queue

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html"
)

PRINCIPAL = "s3.amazonaws.com"


def bodies(engine: Any, url: str, count: int = 1) -> list[dict[str, Any]]:
    """The first `count` messages of a queue; received ones are deleted."""
    found: list[dict[str, Any]] = []

    def received() -> bool:
        for message in messages(engine, url):
            engine.client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            found.append(json.loads(message["Body"]))
        return len(found) >= count

    eventually(received)
    return found


def on_the_bus(engine: Any, bucket: str) -> str:
    """A versioned bucket whose events go to a queue; the queue's URL."""
    s3, events = engine.client("s3"), engine.client("events")
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}})
    url, arn = queue(engine, bucket)
    pattern = json.dumps({"source": ["aws.s3"], "detail": {"bucket": {"name": [bucket]}}})
    rule = events.put_rule(Name=bucket, EventPattern=pattern)["RuleArn"]
    let_in(engine, url, arn, "events.amazonaws.com", rule)
    events.put_targets(Rule=bucket, Targets=[{"Id": "q", "Arn": arn}])
    return url


@pytest.mark.specification("docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html")
def test_an_object_created_event_has_the_shape_of_the_guide(engine: Any) -> None:
    url = on_the_bus(engine, "created-events")
    version = engine.client("s3").put_object(Bucket="created-events", Key="in/a b.csv", Body=b"12345")["VersionId"]
    (event,) = bodies(engine, url)
    detail = event["detail"]
    assert (event["detail-type"], event["account"], event["region"]) == ("Object Created", ACCOUNT, "us-east-1")
    assert event["resources"] == ["arn:aws:s3:::created-events"]
    assert detail["object"].pop("sequencer")
    assert detail["object"] == {
        "key": "in/a b.csv",
        "size": 5,
        "etag": "827ccb0eea8a706c4c34a16891f84e7b",
        "version-id": version,
    }
    assert (detail["version"], detail["requester"], detail["reason"]) == ("0", ACCOUNT, "PutObject")
    assert {"request-id", "source-ip-address"} <= set(detail)
    assert "deletion-type" not in detail


@pytest.mark.specification("docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html")
def test_each_change_has_its_own_detail_type(engine: Any) -> None:
    s3, bucket = engine.client("s3"), "changed-events"
    url = on_the_bus(engine, bucket)
    version = s3.put_object(Bucket=bucket, Key="k", Body=b"x")["VersionId"]
    s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    s3.delete_object_tagging(Bucket=bucket, Key="k")
    ownership = {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=ownership)
    s3.put_object_acl(Bucket=bucket, Key="k", ACL="private")
    s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/k")
    upload = s3.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="parts", UploadId=upload, PartNumber=1, Body=b"p")["ETag"]
    parts = {"Parts": [{"ETag": part, "PartNumber": 1}]}
    s3.complete_multipart_upload(Bucket=bucket, Key="parts", UploadId=upload, MultipartUpload=parts)
    s3.delete_object(Bucket=bucket, Key="k")
    s3.delete_object(Bucket=bucket, Key="k", VersionId=version)
    told = [
        (event["detail-type"], event["detail"].get("reason"), event["detail"].get("deletion-type"))
        for event in bodies(engine, url, 8)
    ]
    assert sorted(told, key=str) == sorted(
        [
            ("Object Created", "PutObject", None),
            ("Object Tags Added", None, None),
            ("Object Tags Deleted", None, None),
            ("Object ACL Updated", None, None),
            ("Object Created", "CopyObject", None),
            ("Object Created", "CompleteMultipartUpload", None),
            ("Object Deleted", "DeleteObject", "Delete Marker Created"),
            ("Object Deleted", "DeleteObject", "Permanently Deleted"),
        ],
        key=str,
    )


def test_a_queue_gets_a_test_event_and_then_records(engine: Any) -> None:
    s3, bucket = engine.client("s3"), "recorded"
    s3.create_bucket(Bucket=bucket)
    url, arn = queue(engine, bucket)
    let_in(engine, url, arn, PRINCIPAL, f"arn:aws:s3:::{bucket}")
    wanted = {
        "Id": "new-csv",
        "QueueArn": arn,
        "Events": ["s3:ObjectCreated:Put"],
        "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"}, {"Name": "suffix", "Value": ".csv"}]}},
    }
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [wanted]})
    (test,) = bodies(engine, url)
    assert (test["Service"], test["Event"], test["Bucket"]) == ("Amazon S3", "s3:TestEvent", bucket)
    for key in ("out/a.csv", "in/a.txt", "in/a b.csv"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    (told,) = bodies(engine, url)
    (record,) = told["Records"]
    assert (record["eventName"], record["eventSource"], record["awsRegion"]) == (
        "ObjectCreated:Put",
        "aws:s3",
        "us-east-1",
    )
    assert record["userIdentity"] == {"principalId": "AWS:person-at-the-keyboard"}
    assert (record["s3"]["configurationId"], record["s3"]["bucket"]["arn"]) == ("new-csv", f"arn:aws:s3:::{bucket}")
    assert (record["s3"]["object"]["key"], record["s3"]["object"]["size"]) == ("in/a+b.csv", 1)
    sent = [call for call in journal(engine) if call["operation"] == "SendMessage" and call["caller"] == PRINCIPAL]
    assert sent


@pytest.mark.specification("docs.aws.amazon.com/lambda/latest/dg/with-s3.html")
def test_a_function_is_invoked_while_its_policy_lets_the_bucket_in(engine: Any) -> None:
    s3, bucket = engine.client("s3"), "to-function"
    s3.create_bucket(Bucket=bucket)
    source = "def handler(event, context):\n    print('KEY ' + event['Records'][0]['s3']['object']['key'])\n"
    arn = function(engine, bucket, source)
    engine.client("lambda").add_permission(
        FunctionName=bucket,
        StatementId="in",
        Action="lambda:InvokeFunction",
        Principal=PRINCIPAL,
        SourceArn=f"arn:aws:s3:::{bucket}",
        SourceAccount=ACCOUNT,
    )
    wanted = {"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"]}
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"LambdaFunctionConfigurations": [wanted]}
    )
    s3.put_object(Bucket=bucket, Key="first", Body=b"x")
    assert eventually(lambda: "KEY first" in "".join(log(engine, f"/aws/lambda/{bucket}")))
    engine.client("lambda").remove_permission(FunctionName=bucket, StatementId="in")
    s3.put_object(Bucket=bucket, Key="second", Body=b"x")

    def refused() -> bool:
        calls = [call for call in journal(engine) if call["caller"] == PRINCIPAL and call["service"] == "lambda"]
        return any(call["status"] == 403 for call in calls)

    assert eventually(refused)
    assert "KEY second" not in "".join(log(engine, f"/aws/lambda/{bucket}"))
