"""The engine is killed in every stage of one run, and each time the run goes on, or has failed by name and is retried.

The tests follow the run: each takes it up where the one before it left it.
"""

from __future__ import annotations

import json

import pytest

from slipway import approval
from tests.end_to_end.plant import STACK, Plant, eventually, problems
from tests.soak.soak import children

RESTARTED = "The engine restarted"


@pytest.fixture(scope="module")
def run_id(plant: Plant) -> str:
    """The first run."""
    return plant.newest()


def kill_and_revive(plant: Plant) -> None:
    """Kill the engine now and start it again: nothing of the killed one runs on."""
    plant.kill()
    before = set(children(plant.home))
    plant.revive()
    left = before & set(children(plant.home))
    assert not left, f"processes of the killed engine still run: {left}"


def killed_in(plant: Plant, run_id: str, stage: str, action: str) -> str:
    """Kill the engine now, start it again, and return the error with which the action then fails."""
    kill_and_revive(plant)
    run = plant.ended(run_id)
    found = run.action(stage, action)
    assert run.status == "Failed" and found is not None and found.status == "Failed", problems(run)
    return found.error


def job_of_state(plant: Plant, run_id: str, state: str) -> str:
    """The name of the job that a state of the run's state machine waits for, once it does."""
    arn = eventually(lambda: plant.reached(run_id, "Train", "Train").external_id, "the state machine was started")
    client = plant.client("stepfunctions")

    def job() -> str | None:
        events = client.get_execution_history(executionArn=arn, maxResults=1000)["events"]
        entered = [event["stateEnteredEventDetails"]["name"] for event in events if "stateEnteredEventDetails" in event]
        if entered[-1:] != [state] or events[-1]["type"] != "TaskSubmitted":
            return None
        [job_arn] = json.loads(events[-1]["taskSubmittedEventDetails"]["output"]).values()
        return str(job_arn).rpartition("/")[2]

    return eventually(job, f"a job of state {state} runs")


def failure_of_job(plant: Plant, state: str, name: str) -> str:
    """Why a job of a state has failed."""
    sagemaker = plant.client("sagemaker")
    if state == "Train":
        found = sagemaker.describe_training_job(TrainingJobName=name)
        return f"{found['TrainingJobStatus']}: {found.get('FailureReason')}"
    found = sagemaker.describe_processing_job(ProcessingJobName=name)
    return f"{found['ProcessingJobStatus']}: {found.get('FailureReason')}"


def test_killed_in_build_the_build_has_failed_by_name(plant: Plant, run_id: str) -> None:
    plant.reached(run_id, "Build", "Build")
    error = killed_in(plant, run_id, "Build", "Build")
    assert "Build terminated with state: FAULT" in error and "engine" in error
    plant.retry(run_id, "Build")


@pytest.mark.parametrize("state", ["Prepare", "Train", "Evaluate"])
def test_killed_in_a_job_of_train_the_job_has_failed_by_name_and_the_execution_tries_another(
    plant: Plant, run_id: str, state: str
) -> None:
    name = job_of_state(plant, run_id, state)
    kill_and_revive(plant)
    failure = failure_of_job(plant, state, name)
    assert failure.startswith("Failed: ") and "the engine was restarted while" in failure


def test_killed_while_the_test_stack_is_created_it_is_made_anew(plant: Plant, run_id: str) -> None:
    endpoint_is_being_made(plant, run_id, "Test")
    error = killed_in(plant, run_id, "Test", "Stack")
    assert f"{STACK}-test" in error and RESTARTED in error
    plant.retry(run_id, "Test")


def endpoint_is_being_made(plant: Plant, run_id: str, stage: str) -> None:
    plant.reached(run_id, stage, "Stack")
    sagemaker = plant.client("sagemaker")
    name = f"{STACK}-{stage.lower()}"
    eventually(
        lambda: [found for found in sagemaker.list_endpoints()["Endpoints"] if found["EndpointName"] == name],
        f"endpoint {name} is being made",
    )


def test_killed_while_an_approval_waits_it_still_waits(plant: Plant, run_id: str) -> None:
    plant.reached(run_id, "Test", "Approve")
    token = approval.waiting(plant.installed).token
    plant.kill()
    plant.revive()
    assert approval.waiting(plant.installed).token == token
    approval.answer(plant.installed, "Approved", "after a restart")


def test_killed_while_production_is_created_it_is_finished_by_the_retry(plant: Plant, run_id: str) -> None:
    endpoint_is_being_made(plant, run_id, "Production")
    error = killed_in(plant, run_id, "Production", "Stack")
    assert f"{STACK}-production" in error and RESTARTED in error
    plant.retry(run_id, "Production")
    run = plant.ended(run_id)
    assert run.status == "Succeeded", problems(run)


def test_nothing_that_was_registered_is_lost(plant: Plant, run_id: str) -> None:
    packages = plant.client("sagemaker").list_model_packages(ModelPackageGroupName=STACK)["ModelPackageSummaryList"]
    assert [package["ModelApprovalStatus"] for package in packages] == ["Approved"]
    stacks = plant.client("cloudformation").describe_stacks()["Stacks"]
    assert {stack["StackStatus"] for stack in stacks} <= {"CREATE_COMPLETE", "UPDATE_COMPLETE"}


def test_killed_in_source_the_run_goes_on(plant: Plant) -> None:
    started = plant.client("codepipeline").start_pipeline_execution(name=STACK)["pipelineExecutionId"]
    plant.kill()
    plant.revive()
    plant.reached(started, "Build", "Build")
    source = plant.run(started).action("Source", "Source")
    assert source is not None and source.status == "Succeeded"
