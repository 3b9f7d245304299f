"""`slipway demo`, point by point: what a newcomer sees, and what the engine knows of it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from slipway import api, data, runs
from tests.end_to_end.conftest import Demonstration
from tests.end_to_end.support import REPOSITORY, Desk

STAGES = ["Source", "Build", "Train", "Test", "Production"]
ACTIONS = {
    "Source/Source",
    "Build/Build",
    "Train/Stack",
    "Train/Train",
    "Train/Outcome",
    "Test/Stack",
    "Test/Smoke",
    "Test/Approve",
    "Test/Check",
    "Production/Promote",
    "Production/Stack",
    "Production/Smoke",
}
STATES = ["Reuse", "Champion", "Known", "Configure", "Orchestrator", "Preparation", "Prepare", "Tuning", "Train"]
STATES += ["Containers", "Predictions", "Evaluate", "Evaluation", "Gate", "Register", "Result", "Save"]


@pytest.fixture
def record(demonstration: Demonstration) -> dict[str, Any]:
    """The demo's JSON object."""
    return demonstration.record


@pytest.fixture
def desk(demonstration: Demonstration) -> Desk:
    """The install that the demo left."""
    return demonstration.desk


def entered(desk: Desk, run_id: str) -> list[str]:
    """The states that the run's execution went through."""
    action = desk.run(run_id).action("Train", "Train")
    assert action is not None
    history = desk.client("stepfunctions").get_execution_history(executionArn=action.external_id, maxResults=1000)
    return [
        event["stateEnteredEventDetails"]["name"] for event in history["events"] if "stateEnteredEventDetails" in event
    ]


def test_the_root_and_all_its_nested_stacks_were_created(desk: Desk) -> None:
    found = desk.client("cloudformation").describe_stacks()["Stacks"]
    root = next(stack for stack in found if stack["StackName"] == desk.install.stack)
    nested = [stack for stack in found if stack.get("RootId") == root["StackId"]]
    # A part with a condition (network, notebook) is made when it is asked for.
    always = re.findall(
        r"Type: AWS::CloudFormation::Stack\n(?!    Condition:)", (REPOSITORY / "template.yaml").read_text()
    )
    assert len(nested) == len(always)
    assert {stack["StackStatus"] for stack in [root, *nested]} == {"CREATE_COMPLETE"}


def test_the_launch_started_exactly_one_run(desk: Desk) -> None:
    found = runs.history(desk.install)
    assert [run.trigger for run in found] == ["StartPipelineExecution", "CloudWatchEvent", "CreatePipeline"]
    assert [run.by for run in found] == ["new data", "git push", "the launch"]


def test_the_first_run_is_of_the_seed(record: dict[str, Any], desk: Desk) -> None:
    commit = desk.client("codecommit").get_commit(
        repositoryName=desk.install.stack, commitId=record["runs"][0]["commit"]
    )["commit"]
    assert commit["parents"] == []


@pytest.mark.parametrize("number", [0, 1, 2], ids=["first run", "push", "new data"])
def test_every_run_went_through_every_action_of_every_stage_once(record: dict[str, Any], number: int) -> None:
    run = record["runs"][number]
    assert run["status"] == "Succeeded"
    assert list(run["stages"]) == STAGES
    assert all(seconds > 0 for seconds in run["stages"].values())
    actions = [f"{action['stage']}/{action['action']}" for action in run["actions"]]
    assert sorted(actions) == sorted(ACTIONS)
    assert {action["status"] for action in run["actions"]} == {"Succeeded"}


def test_the_first_run_went_through_every_state(record: dict[str, Any], desk: Desk) -> None:
    assert entered(desk, record["runs"][0]["id"]) == STATES


def test_the_jobs_were_real_and_completed(desk: Desk) -> None:
    sagemaker = desk.client("sagemaker")
    trained = sagemaker.list_training_jobs()["TrainingJobSummaries"]
    processed = sagemaker.list_processing_jobs()["ProcessingJobSummaries"]
    ours = [job["TrainingJobStatus"] for job in trained if job["TrainingJobName"].startswith(desk.install.stack)]
    assert ours == ["Completed", "Completed"]
    ours = [job["ProcessingJobStatus"] for job in processed if job["ProcessingJobName"].startswith(desk.install.stack)]
    assert ours == ["Completed"] * 4


def test_the_model_learnt_something(record: dict[str, Any]) -> None:
    outcome = record["runs"][0]["outcome"]
    assert outcome["metric"] == "roc_auc"
    assert 0.8 < outcome["metrics"]["roc_auc"] < 1.0
    assert outcome["championMetrics"] is None


def test_the_test_environment_answers_beside_production(record: dict[str, Any], desk: Desk) -> None:
    features = record["prediction"]["features"]
    for environment in ("test", "production"):
        assert api.of(desk.install, environment).url == record["apis"][environment]
        assert len(api.of(desk.install, environment).predict([features, features]).body["predictions"]) == 2


def test_the_demo_approved_every_run_and_kept_its_report(record: dict[str, Any], desk: Desk) -> None:
    for run in record["runs"]:
        approve = desk.run(run["id"]).action("Test", "Approve")
        assert approve is not None
        assert approve.status == "Succeeded"
        report = desk.engine.home / "reports" / f"{run['id'][:8]}.html"
        assert "<html" in report.read_text(encoding="utf-8")


def test_the_prediction_is_a_label_with_its_score(record: dict[str, Any], desk: Desk) -> None:
    (prediction,) = record["prediction"]["answer"]["predictions"]
    assert prediction["label"] in ("yes", "no")
    assert 0.0 <= prediction["score"] <= 1.0


def test_a_push_that_changed_only_the_function_reused_the_model(record: dict[str, Any], desk: Desk) -> None:
    first, push, _ = record["runs"]
    assert push["commit"] != first["commit"]
    assert push["outcome"]["reused"] is True
    assert push["outcome"]["modelPackageArn"] == first["outcome"]["modelPackageArn"]
    states = entered(desk, push["id"])
    assert "Train" not in states
    assert "Reused" in states


def test_new_data_was_trained_on_at_the_same_commit(record: dict[str, Any], desk: Desk) -> None:
    _, push, drop = record["runs"]
    assert drop["commit"] == push["commit"]
    assert drop["outcome"]["reused"] is False
    assert drop["outcome"]["modelPackageArn"] != push["outcome"]["modelPackageArn"]
    assert drop["outcome"]["championMetrics"]["roc_auc"] > 0.8
    versions = [desk.run(run["id"]).variables("Train", "Outcome")["Summary"] for run in (push, drop)]
    assert len({summary.split(", data ")[1].split(",")[0] for summary in versions}) == 2


def test_the_registry_holds_both_models_approved(record: dict[str, Any], desk: Desk) -> None:
    assert record["modelPackages"] == [{"version": 2, "status": "Approved"}, {"version": 1, "status": "Approved"}]
    assert desk.model_packages() == {1: "Approved", 2: "Approved"}


def test_production_runs_the_package_of_the_last_run(record: dict[str, Any], desk: Desk) -> None:
    assert desk.champion() == record["runs"][-1]["outcome"]["modelPackageArn"]


def test_instances_went_up_under_load_and_came_back(record: dict[str, Any]) -> None:
    counts = record["instances"]
    assert counts[0] == counts[-1] == 2
    assert 2 < max(counts) <= 4


def test_no_call_under_load_was_lost(record: dict[str, Any]) -> None:
    assert set(record["loadStatuses"]) == {"200"}
    assert record["loadStatuses"]["200"] > 50


def test_the_endpoints_are_in_service(record: dict[str, Any], desk: Desk) -> None:
    described = [desk.client("sagemaker").describe_endpoint(EndpointName=name) for name in record["endpoints"].values()]
    assert {endpoint["EndpointStatus"] for endpoint in described} == {"InService"}


def test_the_summary_says_where_and_how_fast(record: dict[str, Any], desk: Desk) -> None:
    assert record["engine"] == desk.engine.url
    assert record["clockFactor"] == desk.engine.clock_factor > 1
    assert 0 < record["engineOwnSeconds"] < record["launchToProductionSeconds"] < record["seconds"]
    assert 0 < record["engineMegabytes"] < 400


def test_predict_takes_the_row_as_people_write_it(record: dict[str, Any], desk: Desk) -> None:
    row = next(data.rows(REPOSITORY / "config/data/telecom-churn.csv", 1))
    values = ",".join(row[name] for name in record["prediction"]["features"])
    assert '"predictions"' in desk.command("predict", values)
