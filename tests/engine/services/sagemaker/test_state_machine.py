"""Transform and tuning jobs that a state machine waits for."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.services.sagemaker.support import BUCKET, ROLE, Hosted, Sagemaker, eventually
from tests.engine.services.sagemaker.tuning.test_tuning import Tuning

pytestmark = pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/dg/connect-sagemaker.html")
TRUST = {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}
EVENTS = ["events:PutTargets", "events:PutRule", "events:DescribeRule"]


class Machines:
    """Makes state machines of one task, each with a role of exactly these rights."""

    def __init__(self, account: Sagemaker) -> None:
        self.account = account
        self.states = account.client("stepfunctions")

    def create(self, action: str, kind: str, rule: str, arguments: dict[str, Any]) -> str:
        name = f"machine-{uuid.uuid4().hex[:8]}"
        iam = self.account.client("iam")
        document = {"Version": "2012-10-17", "Statement": [TRUST]}
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))["Role"]["Arn"]
        sagemaker = [f"sagemaker:{verb}{kind}Job" for verb in ("Create", "Describe", "Stop")]
        statements = [
            {"Effect": "Allow", "Action": sagemaker, "Resource": "*"},
            {"Effect": "Allow", "Action": "iam:PassRole", "Resource": ROLE},
            {"Effect": "Allow", "Action": EVENTS, "Resource": f"arn:aws:events:us-east-1:111122223333:rule/{rule}"},
        ]
        policy = {"Version": "2012-10-17", "Statement": statements}
        iam.put_role_policy(RoleName=name, PolicyName="task", PolicyDocument=json.dumps(policy))
        resource = f"arn:aws:states:::sagemaker:{action}.sync"
        task = {"Type": "Task", "Resource": resource, "Arguments": arguments, "End": True}
        definition = {"QueryLanguage": "JSONata", "StartAt": "Job", "States": {"Job": task}}
        machine: str = self.states.create_state_machine(name=name, definition=json.dumps(definition), roleArn=role)[
            "stateMachineArn"
        ]
        return machine

    def ended(self, execution: str) -> dict[str, Any]:
        def outcome() -> dict[str, Any] | None:
            found: dict[str, Any] = self.states.describe_execution(executionArn=execution)
            return found if found["status"] != "RUNNING" else None

        result: dict[str, Any] = eventually(outcome, 60)
        return result

    def start(self, machine: str) -> str:
        return str(self.states.start_execution(stateMachineArn=machine)["executionArn"])


@pytest.fixture
def machines(sagemaker: Sagemaker) -> Machines:
    return Machines(sagemaker)


def transform(machines: Machines, hosted: Hosted, key: str) -> dict[str, Any]:
    """A transform job over one file."""
    uri = machines.account.put(f"{key}/in/one.txt", "hello")
    return {
        "TransformJobName": key,
        "ModelName": hosted.model("told"),
        "TransformInput": {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}}},
        "TransformOutput": {"S3OutputPath": f"s3://{BUCKET}/{key}/out"},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
    }


RULES = {
    "transform": "StepFunctionsGetEventsForSageMakerTransformJobsRule",
    "tuning": "StepFunctionsGetEventsForSageMakerTuningJobsRule",
}


def test_a_transform_job_is_waited_for(machines: Machines, hosted: Hosted) -> None:
    arguments = transform(machines, hosted, f"sync-{uuid.uuid4().hex[:8]}")
    machine = machines.create("createTransformJob", "Transform", RULES["transform"], arguments)
    found = machines.ended(machines.start(machine))
    assert found["status"] == "SUCCEEDED", found.get("cause")
    assert json.loads(found["output"])["TransformJobStatus"] == "Completed"
    assert json.loads(machines.account.get(f"{arguments['TransformJobName']}/out/one.txt.out"))["body"] == "hello"


def test_a_tuning_job_is_waited_for_and_its_best_trial_is_in_the_answer(machines: Machines) -> None:
    arguments = Tuning(machines.account).request(most=2)
    machine = machines.create("createHyperParameterTuningJob", "HyperParameterTuning", RULES["tuning"], arguments)
    found = machines.ended(machines.start(machine))
    assert found["status"] == "SUCCEEDED", found.get("cause")
    best = json.loads(found["output"])["BestTrainingJob"]
    assert best["TrainingJobName"].startswith(arguments["HyperParameterTuningJobName"])


def test_a_tuning_job_that_fails_fails_the_task_with_its_reason(machines: Machines) -> None:
    arguments = Tuning(machines.account).request(most=1, static={"mode": "fail"})
    machine = machines.create("createHyperParameterTuningJob", "HyperParameterTuning", RULES["tuning"], arguments)
    found = machines.ended(machines.start(machine))
    assert (found["status"], found["error"]) == ("FAILED", "States.TaskFailed")
    assert json.loads(found["cause"])["FailureReason"].startswith("No training job succeeded after 1 attempts.")


def test_a_stopped_execution_stops_the_tuning_job_and_its_trials(machines: Machines) -> None:
    tuning = Tuning(machines.account)
    arguments = tuning.request(most=1, static={"mode": "sleep"})
    machine = machines.create("createHyperParameterTuningJob", "HyperParameterTuning", RULES["tuning"], arguments)
    execution = machines.start(machine)
    name = arguments["HyperParameterTuningJobName"]

    def running() -> bool:
        try:
            return bool(tuning.describe(name)["TrainingJobStatusCounters"]["InProgress"])
        except ClientError:
            return False

    eventually(running)
    machines.states.stop_execution(executionArn=execution)
    job = tuning.finished(name)
    assert (job["HyperParameterTuningJobStatus"], job["TrainingJobStatusCounters"]["Stopped"]) == ("Stopped", 1)


@pytest.mark.parametrize(
    ("action", "kind"), [("createTransformJob", "transform"), ("createHyperParameterTuningJob", "tuning")]
)
def test_a_role_without_the_managed_rule_makes_no_machine(machines: Machines, action: str, kind: str) -> None:
    with pytest.raises(ClientError, match=f"is not authorized to create managed-rule.*{RULES[kind]}"):
        machines.create(action, "None", "another", {})
