"""Jobs and endpoints that a rule hits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from slipway import faults
from tests.engine.services.sagemaker.support import (
    Hosted,
    Sagemaker,
    eventually,
    prepare_account,
    start_engine,
    variant,
)
from tests.engine.services.sagemaker.test_training import finished, request

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html")


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sagemaker]:
    running = start_engine(tmp_path_factory.mktemp("faulty-jobs") / "home")
    made = Sagemaker(running)
    prepare_account(made)
    yield made
    running.stop()


@pytest.fixture
def rules(account: Sagemaker) -> Iterator[Sagemaker]:
    yield account
    faults.clear(account.running, [])


def trained(account: Sagemaker, **changes: Any) -> dict[str, Any]:
    wanted = request(**changes)
    account.client("sagemaker").create_training_job(**wanted)
    return finished(account, wanted["TrainingJobName"])


def hit(account: Sagemaker, number: str) -> list[str]:
    """The jobs that a rule has hit, by the journal."""
    calls = [json.loads(line) for line in (account.running.home / "journal.jsonl").read_text().splitlines()]
    return [call["job"] for call in calls if call.get("fault") == number]


def test_a_job_that_is_killed_fails_with_dockers_exit_code(rules: Sagemaker) -> None:
    rule = faults.add(rules.running, {"what": "kill", "job": "training-job/*", "times": 1, "seconds": 0.1})
    job = trained(rules, HyperParameters={"sleep": "30"})
    assert (job["TrainingJobStatus"], job["FailureReason"]) == ("Failed", "AlgorithmError: , exit code: 137")
    assert hit(rules, rule["id"]) == [f"training-job/{job['TrainingJobName']}/algo-1"]
    assert trained(rules)["TrainingJobStatus"] == "Completed"


def test_a_job_that_ends_sooner_is_not_counted(rules: Sagemaker) -> None:
    rule = faults.add(rules.running, {"what": "kill", "job": "training-job/*", "times": 1, "seconds": 5})
    assert trained(rules)["TrainingJobStatus"] == "Completed"
    eventually(lambda: faults.rules(rules.running)[0]["hits"] == 0)
    assert hit(rules, rule["id"]) == []


def test_a_job_without_capacity_fails_before_it_begins(rules: Sagemaker) -> None:
    faults.add(rules.running, {"what": "capacity", "times": 1})
    job = trained(rules)
    assert job["TrainingJobStatus"] == "Failed"
    assert job["FailureReason"].startswith("CapacityError: Unable to provision requested ML compute capacity.")
    assert "TrainingStartTime" not in job


@pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html")
def test_an_endpoint_without_capacity_fails_and_an_update_keeps_the_old_instances(rules: Sagemaker) -> None:
    hosted = Hosted(rules)
    name = hosted.serving("old")
    faults.add(rules.running, {"what": "capacity", "job": "endpoint/*"})
    failed = hosted.settled(hosted.endpoint(hosted.config(variant(hosted.model("none")))))
    assert failed["EndpointStatus"] == "Failed"
    assert "due to InsufficientInstanceCapacity error" in failed["FailureReason"]
    hosted.client.update_endpoint(EndpointName=name, EndpointConfigName=hosted.config(variant(hosted.model("new"))))
    kept = hosted.settled(name)
    assert kept["EndpointStatus"] == "InService"
    assert "due to InsufficientInstanceCapacity error" in kept["FailureReason"]
    assert hosted.invoke(name)["model"] == "old"


@pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html")
def test_an_instance_that_is_lost_is_replaced_and_the_other_answers_meanwhile(rules: Sagemaker) -> None:
    hosted = Hosted(rules)
    rule = faults.add(rules.running, {"what": "kill", "job": "endpoint/*", "times": 1, "seconds": 3})
    name = hosted.serving(count=2)
    eventually(lambda: hit(rules, rule["id"]))
    assert {hosted.invoke(name)["model"] for _ in range(50)} == {"one"}
    eventually(lambda: len({hosted.invoke(name)["pid"] for _ in range(12)}) == 2)


def test_a_poll_that_is_throttled_does_not_fail_the_state(rules: Sagemaker) -> None:
    """The call that starts the job is the state's, which tries again only if its Retry says so."""
    states, iam = rules.client("stepfunctions"), rules.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName="patient", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    allow = {"Effect": "Allow", "Action": ["sagemaker:*", "iam:PassRole", "events:*"], "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.put_role_policy(RoleName="patient", PolicyName="p", PolicyDocument=policy)
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sagemaker:createTrainingJob.sync",
        "Parameters": request(),
        "End": True,
    }
    definition = json.dumps({"StartAt": "Train", "States": {"Train": task}})
    machine = states.create_state_machine(name="patient", definition=definition, roleArn=role)["stateMachineArn"]
    faults.add(
        rules.running, {"what": "throttle", "operation": "DescribeTrainingJob", "caller": "*/patient/*", "times": 2}
    )
    execution = states.start_execution(stateMachineArn=machine)["executionArn"]

    def ended() -> Any:
        found = states.describe_execution(executionArn=execution)
        return found if found["status"] != "RUNNING" else None

    found = eventually(ended)
    assert found["status"] == "SUCCEEDED", found
    assert faults.rules(rules.running)[0]["hits"] == 2


def test_a_rule_for_other_jobs_leaves_this_one_alone(rules: Sagemaker) -> None:
    faults.add(rules.running, {"what": "capacity", "job": "processing-job/*"})
    assert trained(rules)["TrainingJobStatus"] == "Completed"
    with pytest.raises(ClientError, match="Requested resource not found"):
        rules.client("sagemaker").describe_training_job(TrainingJobName="none")


@pytest.mark.specification(
    "docs.aws.amazon.com/codebuild/latest/userguide/view-build-details.html#view-build-details-phases"
)
def test_a_build_that_is_killed_fails_its_phase(rules: Sagemaker) -> None:
    role = rules.client("iam").get_role(RoleName="Job")["Role"]["Arn"]
    trust = {"Effect": "Allow", "Principal": {"Service": ["codebuild.amazonaws.com", "sagemaker.amazonaws.com"]}}
    document = {"Version": "2012-10-17", "Statement": [{**trust, "Action": "sts:AssumeRole"}]}
    rules.client("iam").update_assume_role_policy(RoleName="Job", PolicyDocument=json.dumps(document))
    codebuild = rules.client("codebuild")
    codebuild.create_project(
        name="killed",
        source={"type": "NO_SOURCE", "buildspec": "version: 0.2\nphases: {build: {commands: [sleep 60]}}\n"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "LINUX_CONTAINER", "image": "i", "computeType": "BUILD_GENERAL1_SMALL"},
        serviceRole=role,
    )
    rule = faults.add(rules.running, {"what": "kill", "job": "build/killed:*/BUILD", "seconds": 0.2})
    started = codebuild.start_build(projectName="killed")["build"]["id"]

    def ended() -> Any:
        [build] = codebuild.batch_get_builds(ids=[started])["builds"]
        return build if build["buildComplete"] else None

    build = eventually(ended)
    [phase] = [phase for phase in build["phases"] if phase["phaseType"] == "BUILD"]
    assert (build["buildStatus"], phase["phaseStatus"]) == ("FAILED", "FAILED")
    assert "sleep 60. Reason: exit status 137" in phase["contexts"][0]["message"]
    assert hit(rules, rule["id"]) == [f"build/{started}/BUILD"]
