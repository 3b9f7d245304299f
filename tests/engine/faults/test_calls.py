"""Calls that a rule hits, as their callers see them."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from slipway import faults, local
from slipway.errors import BadInput
from tests.engine.conftest import RunningEngine, start
from tests.engine.services.stepfunctions.conftest import Machines

pytestmark = pytest.mark.specification("docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html")


def once(running: RunningEngine, service: str) -> Any:
    """A client that tries once."""
    config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
    return running.engine.session().client(service, endpoint_url=running.url, config=config)


def journal(running: RunningEngine, **wanted: str) -> list[dict[str, Any]]:
    """The calls with these members."""
    calls = [json.loads(line) for line in (running.home / "journal.jsonl").read_text().splitlines()]
    return [call for call in calls if all(call.get(name) == value for name, value in wanted.items())]


def refused(call: Any, **members: Any) -> tuple[str, str, int]:
    """Code, message and status of a call's error."""
    with pytest.raises(ClientError) as caught:
        call(**members)
    answer = caught.value.response
    return answer["Error"]["Code"], answer["Error"]["Message"], answer["ResponseMetadata"]["HTTPStatusCode"]


def test_a_throttled_call_is_not_made_and_the_journal_names_the_rule(ruled: RunningEngine) -> None:
    rule = faults.add(ruled.engine, {"what": "throttle", "service": "ssm", "operation": "Put*", "times": 1})
    ssm = once(ruled, "ssm")
    assert refused(ssm.put_parameter, Name="/a", Value="1", Type="String") == (
        "ThrottlingException",
        "Rate exceeded",
        400,
    )
    assert ssm.get_parameters(Names=["/a"])["InvalidParameters"] == ["/a"]
    ssm.put_parameter(Name="/a", Value="1", Type="String")
    hit = journal(ruled, fault=rule["id"])
    assert [(call["operation"], call["error"], call["status"]) for call in hit] == [
        ("PutParameter", "ThrottlingException", 400)
    ]
    assert [found["hits"] for found in faults.rules(ruled.engine)] == [1]


ERRORS = {
    "s3": ("list_buckets", "throttle", ("SlowDown", "Please reduce your request rate.", 503)),
    "lambda": ("list_functions", "throttle", ("TooManyRequestsException", "Rate exceeded", 429)),
    "cloudformation": ("describe_stacks", "throttle", ("Throttling", "Rate exceeded", 400)),
    "sagemaker": (
        "list_models",
        "error",
        (
            "InternalFailure",
            "The request processing has failed because of an unknown error, exception or failure.",
            500,
        ),
    ),
    "iam": (
        "list_roles",
        "error",
        (
            "InternalFailure",
            "The request processing has failed because of an unknown error, exception or failure.",
            500,
        ),
    ),
}


@pytest.mark.parametrize("service", ERRORS)
def test_an_error_has_the_services_own_code_and_status(ruled: RunningEngine, service: str) -> None:
    operation, what, told = ERRORS[service]
    faults.add(ruled.engine, {"what": what, "service": service})
    assert refused(getattr(once(ruled, service), operation)) == told


def test_sdks_try_again_and_do_not_notice(ruled: RunningEngine) -> None:
    rule = faults.add(ruled.engine, {"what": "throttle", "service": "ssm", "times": 1})
    ruled.client("ssm").describe_parameters()
    assert len(journal(ruled, fault=rule["id"])) == 1


def test_a_slow_call_is_made_later(ruled: RunningEngine) -> None:
    faults.add(ruled.engine, {"what": "slow", "service": "sns", "seconds": 0.5})
    began = time.monotonic()
    assert ruled.client("sns").list_topics()["Topics"] == []
    assert time.monotonic() - began > 0.5


def test_a_rule_hits_the_caller_whom_it_means(ruled: RunningEngine) -> None:
    faults.add(ruled.engine, {"what": "error", "service": "sts", "caller": "*:assumed-role/*"})
    assert once(ruled, "sts").get_caller_identity()["Arn"].endswith("user/person-at-the-keyboard")


def test_a_quota_is_used_up_where_there_is_one(ruled: RunningEngine) -> None:
    faults.add(ruled.engine, {"what": "limit", "service": "sagemaker"})
    sagemaker = once(ruled, "sagemaker")
    sagemaker.list_models()
    code, message, status = refused(sagemaker.create_model_package_group, ModelPackageGroupName="g")
    assert (code, status) == ("ResourceLimitExceeded", 400)
    assert message.startswith("The account-level service limit for CreateModelPackageGroup is 0")


def test_rules_can_be_taken_back_whatever_they_do(ruled: RunningEngine) -> None:
    rule = faults.add(ruled.engine, {"what": "error"})
    with pytest.raises(BadInput, match=f"there is no rule 99; there are {rule['id']}"):
        faults.clear(ruled.engine, ["99"])
    assert faults.clear(ruled.engine, [rule["id"]]) == [rule["id"]]
    once(ruled, "sts").get_caller_identity()


def test_only_the_person_sets_rules(ruled: RunningEngine) -> None:
    with pytest.raises(BadInput, match="a rule has no member secs"):
        faults.add(ruled.engine, {"what": "slow", "secs": 1})
    key = ruled.client("iam").create_user(UserName="stranger") and ruled.client("iam").create_access_key(
        UserName="stranger"
    )
    stranger = Stranger(ruled.engine, key["AccessKey"]["AccessKeyId"], key["AccessKey"]["SecretAccessKey"])
    with pytest.raises(BadInput, match="Only the person at the keyboard sets faults"):
        faults.add(stranger, {"what": "error"})  # type: ignore[arg-type]
    assert faults.rules(ruled.engine) == []
    forged = Stranger(ruled.engine, ruled.engine.keys()[0], "guessed")
    with pytest.raises(BadInput, match="signature"):
        faults.add(forged, {"what": "error"})  # type: ignore[arg-type]


class Stranger:
    """Somebody else, at the same engine."""

    def __init__(self, engine: local.LocalEngine, key: str, secret: str) -> None:
        self.url, self.region = engine.url, engine.region
        self._keys = key, secret

    def keys(self) -> tuple[str, str]:
        return self._keys


def test_rules_and_their_hits_outlive_the_engine(tmp_path_factory: pytest.TempPathFactory) -> None:
    home = tmp_path_factory.mktemp("kept") / ".slipway"
    running = start(home)
    first = faults.add(running.engine, {"what": "throttle", "service": "sqs", "times": 2})
    refused(once(running, "sqs").list_queues)
    running.engine.stop()
    again = RunningEngine(local.start(home, port=running.engine.port))
    try:
        assert faults.rules(again.engine) == [{**first, "hits": 1}]
        faults.clear(again.engine, [])
        assert int(faults.add(again.engine, {"what": "error"})["id"]) == int(first["id"]) + 1
    finally:
        again.engine.stop()


@pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html")
def test_a_state_without_retry_fails_where_one_with_it_goes_on(ruled: RunningEngine) -> None:
    machines = Machines(ruled)
    allowed = {"Action": "sns:ListTopics"}
    task = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sns:listTopics", "End": True}
    faults.add(ruled.engine, {"what": "throttle", "service": "sns", "times": 1})
    failed = machines.run({"List": task}, allowed)
    assert (failed["status"], failed["error"]) == ("FAILED", "Sns.SnsException")
    faults.add(ruled.engine, {"what": "throttle", "service": "sns", "times": 1})
    retry = [{"ErrorEquals": ["Sns.SnsException"], "IntervalSeconds": 1}]
    assert machines.run({"List": {**task, "Retry": retry}}, allowed)["status"] == "SUCCEEDED"


@pytest.mark.specification(
    "docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html"
)
def test_cloudformation_makes_a_throttled_call_again(ruled: RunningEngine) -> None:
    rule = faults.add(ruled.engine, {"what": "throttle", "service": "sns", "operation": "CreateTopic", "times": 2})
    template = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    cloudformation = ruled.client("cloudformation")
    cloudformation.create_stack(StackName="patient", TemplateBody=template)
    cloudformation.get_waiter("stack_create_complete").wait(StackName="patient", WaiterConfig={"Delay": 1})
    assert len(journal(ruled, fault=rule["id"])) == 2


@pytest.mark.specification("docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html")
def test_eventbridge_delivers_after_a_throttled_attempt(ruled: RunningEngine) -> None:
    sqs, events = ruled.client("sqs"), ruled.client("events")
    url = sqs.create_queue(QueueName="patient-events")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allow = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:*", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    events.put_rule(Name="patient", EventPattern=json.dumps({"source": ["test"]}))
    events.put_targets(Rule="patient", Targets=[{"Id": "queue", "Arn": arn}])
    rule = faults.add(
        ruled.engine, {"what": "throttle", "operation": "SendMessage", "caller": "events.amazonaws.com", "times": 1}
    )
    events.put_events(Entries=[{"Source": "test", "DetailType": "test", "Detail": "{}"}])
    assert sqs.receive_message(QueueUrl=url, WaitTimeSeconds=10)["Messages"]
    assert len(journal(ruled, fault=rule["id"])) == 1
