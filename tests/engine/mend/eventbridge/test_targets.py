"""Which targets can be put."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import MagicMock

import pytest
from botocore.exceptions import ClientError

from slipway.engine.mend.eventbridge.targets import KINDS, Delivery, refusal

PIPELINE = "arn:aws:codepipeline:us-east-1:111122223333:pipe"


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        pytest.param({"Arn": "arn:aws:ecs:us-east-1:1:cluster/c"}, "is not executed here: targets are", id="kind"),
        pytest.param({"Arn": "nonsense"}, "is not executed here", id="no arn"),
        pytest.param({"Arn": PIPELINE}, f"RoleArn is required for target {PIPELINE}.", id="no role"),
        pytest.param(
            {"Id": "t", "Arn": PIPELINE, "RoleArn": "r", "EcsParameters": {}},
            "EcsParameters of target t is not executed here",
            id="parameters",
        ),
        pytest.param(
            {"Id": "t", "Arn": "arn:aws:sqs:us-east-1:1:q.fifo"}, "SqsParameters must be specified", id="fifo"
        ),
    ],
)
def test_a_target_that_could_not_be_delivered_to_is_refused(target: dict[str, Any], reason: str) -> None:
    assert reason in refusal(target)


@pytest.mark.parametrize(
    "target",
    [
        {"Arn": "arn:aws:lambda:us-east-1:1:function:f"},
        {"Arn": "arn:aws:sqs:us-east-1:1:q.fifo", "SqsParameters": {"MessageGroupId": "g"}},
        {"Arn": PIPELINE, "RoleArn": "r", "InputTransformer": {}, "RetryPolicy": {}, "DeadLetterConfig": {}},
        {"Arn": "arn:aws:logs:us-east-1:1:log-group:/aws/events/x"},
    ],
)
def test_a_target_that_is_executed_is_taken(target: dict[str, Any]) -> None:
    assert refusal(target) == ""


def test_put_targets_refuses_by_name(engine: Any) -> None:
    events = engine.client("events")
    events.put_rule(Name="refusing", EventPattern='{"source": ["x"]}')
    arn = "arn:aws:kinesis:us-east-1:111122223333:stream/s"
    with pytest.raises(ClientError, match=f"Target {arn} is not executed here"):
        events.put_targets(Rule="refusing", Targets=[{"Id": "s", "Arn": arn}])


def test_a_rule_on_a_bus_that_is_not_there_is_refused(engine: Any) -> None:
    with pytest.raises(ClientError, match="Event bus nowhere does not exist"):
        engine.client("events").put_rule(Name="lost", EventBusName="nowhere", EventPattern='{"source": ["x"]}')


REVISION = {"actionName": "Source", "revisionType": "COMMIT_ID", "revisionValue": "abc"}


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        pytest.param(f'{{"sourceRevisions": [{json.dumps(REVISION)}]}}', {"sourceRevisions": [REVISION]}, id="a list"),
        pytest.param(f'{{"sourceRevisions": {json.dumps(REVISION)}}}', {"sourceRevisions": [REVISION]}, id="one"),
        pytest.param(
            '{"variables": [{"name": "DataVersion", "value": "v"}], "detail": {}}',
            {"variables": [{"name": "DataVersion", "value": "v"}]},
            id="variables",
        ),
    ],
)
def test_a_pipeline_is_started_with_the_revisions_and_variables_of_its_input(
    payload: str, expected: dict[str, Any]
) -> None:
    caller = MagicMock()
    KINDS["codepipeline"].send(Delivery(MagicMock(), caller, {"Arn": PIPELINE, "InputTransformer": {}}, payload))
    caller.client("codepipeline").start_pipeline_execution.assert_called_once_with(name="pipe", **expected)


def test_an_event_as_it_is_starts_a_pipeline_without_overrides() -> None:
    caller = MagicMock()
    KINDS["codepipeline"].send(Delivery(MagicMock(), caller, {"Arn": PIPELINE}, '{"variables": ["of the event"]}'))
    caller.client("codepipeline").start_pipeline_execution.assert_called_once_with(name="pipe")
