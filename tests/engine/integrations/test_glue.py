"""`glue:startJobRun` in a state machine."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.engine.services.glue.conftest import Glue, until

pytestmark = pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html")
SYNC = ("glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun")


@pytest.fixture(scope="module")
def glue(engine: Any) -> Glue:
    return Glue(engine)


def execute(glue: Glue, resource: str, actions: tuple[str, ...], name: str, **state: Any) -> Any:
    """The ARN of an execution of one task that starts a run of the job."""
    states, iam = glue.engine.client("stepfunctions"), glue.engine.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName=f"states-{name}", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    allow = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.put_role_policy(RoleName=f"states-{name}", PolicyName="p", PolicyDocument=policy)
    task = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "End": True, **state}
    task["Arguments"] = {"JobName": name, "Arguments": {"--word": "hello"}}
    machine = {"QueryLanguage": "JSONata", "StartAt": "Run", "States": {"Run": task}}
    made = states.create_state_machine(name=name, roleArn=role, definition=json.dumps(machine))
    return states.start_execution(stateMachineArn=made["stateMachineArn"])["executionArn"]


def ended(glue: Glue, execution: str) -> dict[str, Any]:
    """The execution's description."""
    client = glue.engine.client("stepfunctions")
    return dict(
        until(lambda: client.describe_execution(executionArn=execution), lambda found: found["status"] != "RUNNING", 60)
    )


def test_sync_waits_for_the_run_and_gives_its_description(glue: Glue) -> None:
    name = glue.shell("import sys; assert sys.argv[1:3] == ['--word', 'hello']")
    done = ended(glue, execute(glue, "glue:startJobRun.sync", SYNC, name))
    assert done["status"] == "SUCCEEDED", done
    output = json.loads(done["output"])
    assert (output["JobName"], output["JobRunState"], output["Arguments"]) == (name, "SUCCEEDED", {"--word": "hello"})


def test_sync_fails_the_task_with_the_run_that_failed(glue: Glue) -> None:
    name = glue.shell("raise ValueError('no label')")
    done = ended(glue, execute(glue, "glue:startJobRun.sync", SYNC, name))
    assert (done["status"], done["error"]) == ("FAILED", "States.TaskFailed")
    assert json.loads(done["cause"])["ErrorMessage"] == "ValueError: no label"


def test_a_task_that_does_not_wait_gives_the_run_and_the_job(glue: Glue) -> None:
    name = glue.shell("print(1)")
    done = ended(glue, execute(glue, "glue:startJobRun", SYNC[:1], name))
    output = json.loads(done["output"])
    assert output["JobName"] == name
    assert output["JobRunId"].startswith("jr_")
    glue.ended(name, output["JobRunId"])


def test_a_right_that_is_missing_fails_the_task(glue: Glue) -> None:
    done = ended(glue, execute(glue, "glue:startJobRun.sync", ("glue:GetJobRun",), glue.shell("print(1)")))
    assert done["error"] == "Glue.AccessDeniedException"
    assert "glue:StartJobRun" in done["cause"]


def test_a_stopped_execution_stops_its_run(glue: Glue) -> None:
    name = glue.shell("import time; time.sleep(600)")
    execution = execute(glue, "glue:startJobRun.sync", SYNC, name)
    [run] = until(lambda: glue.client.get_job_runs(JobName=name)["JobRuns"], bool)
    glue.engine.client("stepfunctions").stop_execution(executionArn=execution)
    assert glue.ended(name, run["Id"])["JobRunState"] == "STOPPED"
