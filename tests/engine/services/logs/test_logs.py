"""Groups, streams and events through the API."""

from __future__ import annotations

import json
import time
import uuid
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from slipway import local
from tests.engine.conftest import RunningEngine, start
from tests.engine.restart import killed_and_started

_API = "docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/"
pytestmark = pytest.mark.specification(f"{_API}Welcome.html")

DAY = 24 * 3600 * 1000


def now() -> int:
    return int(time.time() * 1000)


class Group:
    """A group with a stream, of one test."""

    def __init__(self, engine: RunningEngine) -> None:
        self.engine = engine
        self.logs = engine.client("logs")
        self.name = f"/test/{uuid.uuid4().hex[:8]}"
        self.logs.create_log_group(logGroupName=self.name)
        self.stream("one")

    @property
    def arn(self) -> str:
        return f"arn:aws:logs:{self.engine.engine.region}:{self.engine.engine.account}:log-group:{self.name}"

    def stream(self, name: str) -> None:
        self.logs.create_log_stream(logGroupName=self.name, logStreamName=name)

    def put(self, *messages: str, stream: str = "one", at: int | None = None) -> dict[str, Any]:
        first = at if at is not None else now()
        events = [{"timestamp": first + number, "message": message} for number, message in enumerate(messages)]
        answer: dict[str, Any] = self.logs.put_log_events(
            logGroupName=self.name, logStreamName=stream, logEvents=events
        )
        return answer

    def get(self, **options: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.logs.get_log_events(logGroupName=self.name, logStreamName="one", **options)
        return answer

    def filter(self, **options: Any) -> list[str]:
        pages = self.logs.get_paginator("filter_log_events").paginate(logGroupName=self.name, **options)
        return [event["message"] for page in pages for event in page["events"]]

    def described(self) -> dict[str, Any]:
        (found,) = self.logs.describe_log_groups(logGroupNamePrefix=self.name)["logGroups"]
        return dict(found)


@pytest.fixture
def group(engine: RunningEngine) -> Group:
    return Group(engine)


def refused(call: Any, **options: Any) -> tuple[str, str]:
    """Code and message of a refusal."""
    with pytest.raises(ClientError) as error:
        call(**options)
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


def messages(answer: dict[str, Any]) -> list[str]:
    return [event["message"] for event in answer["events"]]


@pytest.mark.specification(f"{_API}API_CreateLogGroup.html")
def test_a_group_is_described_with_both_of_its_arns(group: Group) -> None:
    found = group.described()
    assert (found["logGroupArn"], found["arn"]) == (group.arn, f"{group.arn}:*")
    assert found["logGroupClass"] == "STANDARD"


@pytest.mark.specification(f"{_API}API_CreateLogGroup.html")
def test_a_group_is_made_once(group: Group) -> None:
    code, message = refused(group.logs.create_log_group, logGroupName=group.name)
    assert (code, message) == ("ResourceAlreadyExistsException", "The specified log group already exists")


def test_what_is_not_there_is_said_to_be_missing(group: Group) -> None:
    assert refused(group.logs.delete_log_group, logGroupName="/none") == (
        "ResourceNotFoundException",
        "The specified log group does not exist.",
    )
    assert refused(group.logs.get_log_events, logGroupName=group.name, logStreamName="two") == (
        "ResourceNotFoundException",
        "The specified log stream does not exist.",
    )


@pytest.mark.specification(f"{_API}API_GetLogEvents.html")
def test_a_stream_is_read_from_its_end_and_followed_by_its_forward_token(group: Group) -> None:
    group.put(*[f"line {number}" for number in range(5)])
    page = group.get(limit=2)
    assert messages(page) == ["line 3", "line 4"]
    older = group.get(limit=2, nextToken=page["nextBackwardToken"])
    assert messages(older) == ["line 1", "line 2"]
    end = group.get(nextToken=page["nextForwardToken"])
    assert (end["events"], end["nextForwardToken"]) == ([], page["nextForwardToken"])
    group.put("line 5", at=now() + 10)
    assert messages(group.get(nextToken=end["nextForwardToken"])) == ["line 5"]


@pytest.mark.specification(f"{_API}API_GetLogEvents.html")
def test_a_stream_is_read_from_its_head_within_times(group: Group) -> None:
    first = now() - 1000
    group.put("a", "b", "c", at=first)
    assert messages(group.get(startFromHead=True, limit=2)) == ["a", "b"]
    assert messages(group.get(startTime=first + 1, endTime=first + 2)) == ["b"]


@pytest.mark.specification(f"{_API}API_FilterLogEvents.html")
def test_a_group_is_searched_across_its_streams_in_the_order_of_time(group: Group) -> None:
    group.stream("two")
    first = now() - 1000
    group.put("one ERROR", at=first + 5)
    group.put("two ERROR", "two fine", stream="two", at=first)
    assert group.filter() == ["two ERROR", "two fine", "one ERROR"]
    assert group.filter(filterPattern="ERROR", limit=1) == ["two ERROR", "one ERROR"]
    assert group.filter(logStreamNames=["two"]) == ["two ERROR", "two fine"]
    assert group.filter(logStreamNamePrefix="o") == ["one ERROR"]
    assert group.filter(endTime=first) == ["two ERROR"]


@pytest.mark.specification(f"{_API}API_PutLogEvents.html")
def test_events_that_are_too_old_or_too_new_are_rejected_by_index(group: Group) -> None:
    answer = group.put("old", at=now() - 15 * DAY)
    assert answer["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1}
    answer = group.put("new", at=now() + 3 * 3600 * 1000)
    assert answer["rejectedLogEventsInfo"] == {"tooNewLogEventStartIndex": 0}
    assert group.filter() == []


@pytest.mark.specification(f"{_API}API_PutLogEvents.html")
@pytest.mark.parametrize(
    ("events", "reason"),
    [
        ([(2, "b"), (1, "a")], "must be in chronological order"),
        ([(0, "a"), (DAY + 1, "b")], "cannot span more than 24 hours"),
        ([(0, "x" * 200_000)] * 6, "Upload too large"),
    ],
)
def test_a_batch_that_is_not_as_documented_is_refused(group: Group, events: list[tuple[int, str]], reason: str) -> None:
    begin = now() - DAY
    batch = [{"timestamp": begin + at, "message": message} for at, message in events]
    code, message = refused(group.logs.put_log_events, logGroupName=group.name, logStreamName="one", logEvents=batch)
    assert code == "InvalidParameterException"
    assert reason in message


@pytest.mark.specification(f"{_API}API_PutRetentionPolicy.html")
def test_events_older_than_the_retention_are_gone(group: Group) -> None:
    group.put("old", at=now() - 2 * DAY)
    group.put("young")
    group.logs.put_retention_policy(logGroupName=group.name, retentionInDays=1)
    assert group.described()["retentionInDays"] == 1
    assert group.filter() == ["young"]
    assert messages(group.get(startFromHead=True)) == ["young"]
    assert group.put("late", at=now() - 2 * DAY)["rejectedLogEventsInfo"] == {"expiredLogEventEndIndex": 1}
    group.logs.delete_retention_policy(logGroupName=group.name)
    assert "retentionInDays" not in group.described()


@pytest.mark.specification(f"{_API}API_PutRetentionPolicy.html")
def test_a_retention_that_aws_does_not_offer_is_refused(group: Group) -> None:
    code, message = refused(group.logs.put_retention_policy, logGroupName=group.name, retentionInDays=2)
    assert code == "InvalidParameterException"
    assert message.startswith("2 is not a valid retention; expected one of 1, 3, 5, 7")


@pytest.mark.specification(f"{_API}API_DescribeLogStreams.html")
def test_streams_are_listed_by_name_or_by_their_last_event_in_pages(group: Group) -> None:
    for number, name in enumerate(("b", "a")):
        group.stream(name)
        group.put("x", stream=name, at=now() + 10 * number)
    described = group.logs.describe_log_streams
    names = [found["logStreamName"] for found in described(logGroupName=group.name)["logStreams"]]
    assert names == ["a", "b", "one"]
    by_time = described(logGroupName=group.name, orderBy="LastEventTime", descending=True, limit=1)
    assert by_time["logStreams"][0]["logStreamName"] == "a"
    following = described(
        logGroupName=group.name, orderBy="LastEventTime", descending=True, limit=1, nextToken=by_time["nextToken"]
    )
    assert following["logStreams"][0]["logStreamName"] == "b"


@pytest.mark.specification(f"{_API}API_DeleteLogStream.html")
def test_a_stream_that_is_deleted_takes_its_events_along(group: Group) -> None:
    group.put("gone")
    group.logs.delete_log_stream(logGroupName=group.name, logStreamName="one")
    group.stream("one")
    assert group.filter() == []


@pytest.mark.specification(f"{_API}API_TagResource.html")
def test_tags_are_set_and_taken_away(group: Group) -> None:
    group.logs.tag_resource(resourceArn=group.arn, tags={"team": "a", "stage": "b"})
    group.logs.untag_resource(resourceArn=group.arn, tagKeys=["team"])
    assert group.logs.list_tags_for_resource(resourceArn=group.arn)["tags"] == {"stage": "b"}
    code, _ = refused(group.logs.tag_resource, resourceArn=group.arn, tags={"aws:x": "y"})
    assert code == "InvalidParameterException"


@pytest.mark.specification("docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html")
def test_a_key_has_to_let_cloudwatch_logs_use_it(group: Group) -> None:
    kms, account = group.engine.client("kms"), group.engine.engine.account
    key = kms.create_key()["KeyMetadata"]["Arn"]
    code, message = refused(group.logs.associate_kms_key, logGroupName=group.name, kmsKeyId=key)
    assert code == "InvalidParameterException"
    assert f"does not allow logs.{group.engine.engine.region}.amazonaws.com to use it" in message
    root = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "kms:*", "Resource": "*"}
    service = {"Service": f"logs.{group.engine.engine.region}.amazonaws.com"}
    within = {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": group.arn}}
    logs = {"Effect": "Allow", "Principal": service, "Action": "kms:*", "Resource": "*", "Condition": within}
    kms.put_key_policy(KeyId=key, Policy=json.dumps({"Version": "2012-10-17", "Statement": [root, logs]}))
    group.logs.associate_kms_key(logGroupName=group.name, kmsKeyId=key)
    assert group.described()["kmsKeyId"] == key
    group.logs.disassociate_kms_key(logGroupName=group.name)
    assert "kmsKeyId" not in group.described()


@pytest.mark.specification("docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html")
@pytest.mark.parametrize(("ending", "allowed"), [(":*", True), ("", False)])
def test_a_policy_needs_the_arn_of_a_group_with_its_streams(group: Group, ending: str, allowed: bool) -> None:
    statement = {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": f"{group.arn}{ending}"}
    logs = as_role_with(group.engine, statement)
    request = {"logGroupName": group.name, "logStreamName": "one", "logEvents": [{"timestamp": now(), "message": "x"}]}
    if allowed:
        logs.put_log_events(**request)
    else:
        code, message = refused(logs.put_log_events, **request)
        assert code == "AccessDeniedException"
        assert f"logs:PutLogEvents on resource: {group.arn}:log-stream:one" in message


def as_role_with(engine: RunningEngine, statement: dict[str, Any]) -> Any:
    """A client of the service for a role that the person has assumed."""
    iam, name = engine.client("iam"), f"r{uuid.uuid4().hex[:8]}"
    root = {"AWS": f"arn:aws:iam::{engine.engine.account}:root"}
    trust = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": root, "Action": "sts:AssumeRole"}}
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam.put_role_policy(RoleName=name, PolicyName="policy", PolicyDocument=policy)
    keys = engine.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    return boto3.client(
        "logs",
        endpoint_url=engine.url,
        region_name=engine.engine.region,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


@pytest.mark.specification(f"{_API}API_PutResourcePolicy.html")
def test_resource_policies_are_kept_by_name(engine: RunningEngine) -> None:
    logs = engine.client("logs")
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "logs:*"}]}
    logs.put_resource_policy(policyName="kept", policyDocument=json.dumps(document))
    names = [policy["policyName"] for policy in logs.describe_resource_policies()["resourcePolicies"]]
    assert "kept" in names
    logs.delete_resource_policy(policyName="kept")
    code, message = refused(logs.delete_resource_policy, policyName="kept")
    assert (code, message) == ("ResourceNotFoundException", "Policy with name [kept] does not exist")
    assert refused(logs.put_resource_policy, policyName="bad", policyDocument="{")[0] == "InvalidParameterException"


def test_an_event_that_was_acknowledged_is_there_after_kill_9(tmp_path: Path) -> None:
    engine = start(tmp_path / ".slipway")
    try:
        name = Group(engine).name
        engine.client("logs").put_log_events(
            logGroupName=name, logStreamName="one", logEvents=[{"timestamp": now(), "message": "kept"}]
        )
        again = killed_and_started(engine.engine)
        assert messages(again.client("logs").filter_log_events(logGroupName=name)) == ["kept"]
    finally:
        local.remove(tmp_path / ".slipway")
