"""Who else starts pipelines: a state machine, an EventBridge rule."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.services.sagemaker.pipelines.support import Pipelines, fail, get, join, processing
from tests.engine.services.sagemaker.support import eventually

pytestmark = pytest.mark.specification("docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html")

WHO = {"Name": "Who", "Type": "String"}


def role(pipelines: Pipelines, service: str, *actions: str) -> str:
    """A role that the service may take on."""
    name, iam = f"starter-{uuid.uuid4().hex[:8]}", pipelines.account.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    arn = iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )["Role"]["Arn"]
    if actions:
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_role_policy(RoleName=name, PolicyName="start", PolicyDocument=policy)
    return str(arn)


def machine(pipeline: str) -> str:
    """Starts the pipeline and asks for its status until it ended, without a function."""
    sdk = "arn:aws:states:::aws-sdk:sagemaker:"
    states: dict[str, Any] = {
        "Start": {
            "Type": "Task",
            "Resource": f"{sdk}startPipelineExecution",
            "Arguments": {
                "PipelineName": pipeline,
                "ClientRequestToken": "{% $uuid() %}",
                "PipelineParameters": [{"Name": "Who", "Value": "{% $states.input.who %}"}],
            },
            "Assign": {"execution": "{% $states.result.PipelineExecutionArn %}"},
            "Next": "Describe",
        },
        "Describe": {
            "Type": "Task",
            "Resource": f"{sdk}describePipelineExecution",
            "Arguments": {"PipelineExecutionArn": "{% $execution %}"},
            "Next": "Over",
        },
        "Over": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $states.input.PipelineExecutionStatus = 'Executing' %}", "Next": "Wait"}],
            "Default": "End",
        },
        "Wait": {"Type": "Wait", "Seconds": 10, "Next": "Describe"},
        "End": {"Type": "Pass", "End": True},
    }
    return json.dumps({"QueryLanguage": "JSONata", "StartAt": "Start", "States": states})


@pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html")
def test_a_state_machine_starts_a_pipeline_and_waits_for_it(pipelines: Pipelines) -> None:
    name = pipelines.create(processing("Prepare"), parameters=[WHO])
    states = pipelines.account.client("stepfunctions")
    actions = ("sagemaker:StartPipelineExecution", "sagemaker:DescribePipelineExecution")
    arn = states.create_state_machine(
        name=name, definition=machine(name), roleArn=role(pipelines, "states.amazonaws.com", *actions)
    )["stateMachineArn"]
    execution = states.start_execution(stateMachineArn=arn, input='{"who": "a machine"}')["executionArn"]
    eventually(lambda: states.describe_execution(executionArn=execution)["status"] != "RUNNING", 40)
    ended = states.describe_execution(executionArn=execution)
    assert ended["status"] == "SUCCEEDED", ended.get("cause")
    output = json.loads(ended["output"])
    assert output["PipelineExecutionStatus"] == "Succeeded"
    values = pipelines.client.list_pipeline_parameters_for_execution(
        PipelineExecutionArn=output["PipelineExecutionArn"]
    )
    assert values["PipelineParameters"] == [{"Name": "Who", "Value": "a machine"}]


def test_a_rule_starts_a_pipeline_with_what_its_event_says(pipelines: Pipelines) -> None:
    name = pipelines.create(fail("Says", join("hello ", get("Parameters.Who"))), parameters=[WHO])
    arn = pipelines.client.describe_pipeline(PipelineName=name)["PipelineArn"]
    events = pipelines.account.client("events")
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    target = {
        "Id": "pipeline",
        "Arn": arn,
        "RoleArn": role(pipelines, "events.amazonaws.com", "sagemaker:StartPipelineExecution"),
        "SageMakerPipelineParameters": {"PipelineParameterList": [{"Name": "Who", "Value": "$.detail.who"}]},
    }
    assert events.put_targets(Rule=name, Targets=[target])["FailedEntries"] == []
    events.put_events(Entries=[{"Source": name, "DetailType": "greeting", "Detail": '{"who": "world"}'}])

    def started() -> str:
        found = pipelines.client.list_pipeline_executions(PipelineName=name)["PipelineExecutionSummaries"]
        return found[0]["PipelineExecutionArn"] if found else ""

    execution = eventually(started)
    pipelines.ended(execution)
    assert pipelines.steps(execution)["Says"]["FailureReason"] == "hello world"


@pytest.mark.parametrize(
    ("arn", "reason"),
    [
        pytest.param("pipeline/nowhere", "pipeline/nowhere", id="a pipeline that is not there"),
        pytest.param("endpoint/one", "is not executed here: targets are", id="another kind of resource"),
    ],
)
def test_a_target_that_is_no_pipeline_is_refused(pipelines: Pipelines, arn: str, reason: str) -> None:
    events, name = pipelines.account.client("events"), f"rule-{uuid.uuid4().hex[:8]}"
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    target = {
        "Id": "pipeline",
        "Arn": f"arn:aws:sagemaker:us-east-1:111122223333:{arn}",
        "RoleArn": role(pipelines, "events.amazonaws.com"),
    }
    with pytest.raises(ClientError, match=reason):
        events.put_targets(Rule=name, Targets=[target])
