"""What starting and ending a test asks of the production stack, and what is refused before it does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from slipway.ab import endpoint, production, trial
from slipway.ab.captured import NotCaptured
from slipway.ab.production import TrialFailed
from slipway.errors import BadInput, NotFound
from slipway.launch import Declined
from slipway.stackevents import StackEvent
from tests.slipway.ab import told
from tests.slipway.ab.told import GROUP, ON
from tests.slipway.stubs import Aws

ENDED = {
    "CandidateModelTemplate": "",
    "CandidateModelPackageArn": "",
    "CandidateWeight": "0",
    "ChampionWeight": "1",
    "GuardDeployment": "false",
}


def silent(_: StackEvent) -> None:
    pass


def nobody_asks(question: str) -> bool:
    raise AssertionError(question)


def start(aws: Aws, number: int = 2, share: float = 0.1, agree: Any = nobody_asks, **changes: str) -> bool:
    return trial.start(told.production(aws, **changes), number, share, 1, agree, silent)


def fitting(aws: Aws, status: str = "Approved") -> None:
    """A candidate that may be tried."""
    told.deploys(aws)
    told.has_candidate(aws, status)
    told.has_execution(aws, "two")
    told.has_execution(aws, "one")
    told.has_endpoint(aws, default=1)
    told.has_config(aws)


def expect_start(aws: Aws) -> None:
    told.expect_update(aws, {**ON, "CandidateWeight": "0.1", "ChampionWeight": "0.9", "CandidateInstanceCount": "1"})


def test_an_approved_model_becomes_the_second_variant_by_one_update_under_the_stacks_role(aws: Aws) -> None:
    fitting(aws)
    expect_start(aws)
    assert start(aws) is True


def test_a_model_that_waits_is_approved_when_the_person_agrees(aws: Aws) -> None:
    fitting(aws, "PendingManualApproval")
    approval = {
        "ModelPackageArn": f"{GROUP}/2",
        "ModelApprovalStatus": "Approved",
        "ApprovalDescription": "Approved for an A/B test against model 1",
    }
    aws.answer("sagemaker.update_model_package", {"ModelPackageArn": f"{GROUP}/2"}, approval)
    expect_start(aws)
    asked: list[str] = []
    assert start(aws, agree=lambda question: asked.append(question) is None) is True
    assert asked == ["Model 2 waits for approval, and a test lets it answer in production. Approve it?"]


def test_a_model_that_the_person_does_not_approve_stays_as_it_is(aws: Aws) -> None:
    fitting(aws, "PendingManualApproval")
    with pytest.raises(Declined, match="model 2 stays as it is; nothing was changed"):
        start(aws, agree=lambda _: False)


def test_the_test_that_is_on_is_not_started_again(aws: Aws) -> None:
    assert start(aws, **ON) is False


@pytest.mark.parametrize(
    ("number", "share", "changes", "message"),
    [
        (3, 0.1, ON, "a test of model 2 is on; end it by `slipway ab promote` or `slipway ab stop` first"),
        (2, 0.0, {}, "--weight 0: expected the candidate's share of the requests, between 0 and 1, like 0.1"),
        (2, 1.0, {}, "--weight 1: expected"),
        (2, 0.1, {"DeployMode": "serverless"}, "has deploy.mode serverless, which has one variant; a test needs"),
    ],
)
def test_a_test_that_cannot_be_is_refused_at_once(
    aws: Aws, number: int, share: float, changes: dict[str, str], message: str
) -> None:
    with pytest.raises(BadInput, match=message):
        start(aws, number, share, **changes)


@pytest.mark.parametrize("status", ["InProgress", "Stopping"])
def test_no_test_is_started_while_a_run_is_being_deployed(aws: Aws, status: str) -> None:
    told.deploys(aws, status)
    with pytest.raises(BadInput) as refused:
        start(aws)
    assert str(refused.value) == (
        "run 11111111 is being deployed to churn-production; start the test when it has ended: `slipway watch 11111111`"
    )


def test_a_rejected_model_is_refused_with_why(aws: Aws) -> None:
    told.deploys(aws)
    told.has_candidate(aws, "Rejected", ApprovalDescription="it forgets customers")
    told.has_execution(aws, "two")
    with pytest.raises(BadInput, match="model 2 was rejected: it forgets customers"):
        start(aws)


def test_the_champion_is_no_candidate(aws: Aws) -> None:
    told.deploys(aws)
    told.has_package(aws, 1)
    result = {"modelPackageArn": f"{GROUP}/1", "modelDataUrl": "s3://bucket/m", "run": "s3://bucket/runs/one"}
    told.has_object(aws, "results/key-1.json", result)
    aws.answer("s3.head_object", {})
    told.has_execution(aws, "one")
    with pytest.raises(BadInput, match="model 1 is the champion already"):
        start(aws, 1)


def test_a_model_that_is_not_there_is_answered_with_those_that_are(aws: Aws) -> None:
    told.deploys(aws)
    aws.refuse("sagemaker.describe_model_package", "ValidationException", "does not exist")
    package = {
        "ModelPackageArn": f"{GROUP}/1",
        "ModelPackageVersion": 1,
        "ModelApprovalStatus": "Approved",
        "ModelPackageName": "churn",
        "CreationTime": told.SINCE,
        "ModelPackageStatus": "Completed",
    }
    expected = {"ModelPackageGroupName": "churn"}
    aws.answer("sagemaker.list_model_packages", {"ModelPackageSummaryList": [package]}, expected)
    with pytest.raises(NotFound, match=r"there is no model 2; the models of this install: 1 \(Approved\)"):
        start(aws)


def test_a_model_whose_run_failed_before_its_template_was_written_is_refused(aws: Aws) -> None:
    told.deploys(aws)
    told.has_package(aws, 2)
    result = {"modelPackageArn": f"{GROUP}/2", "modelDataUrl": "s3://bucket/m", "run": "s3://bucket/runs/two"}
    told.has_object(aws, "results/key-2.json", result)
    aws.refuse("s3.head_object", "404", "Not Found")
    with pytest.raises(
        NotFound, match=r"s3://bucket/models/churn/2.json of model 2 is not there: its run has not passed"
    ):
        start(aws)


def test_a_model_that_was_trained_anew_is_refused_with_the_new_one(aws: Aws) -> None:
    told.deploys(aws)
    told.has_package(aws, 2)
    told.has_object(aws, "results/key-2.json", {"modelPackageArn": f"{GROUP}/5"})
    with pytest.raises(NotFound, match="model 2 was trained anew as model 5; try that one"):
        start(aws)


@pytest.mark.parametrize(
    "dataset",
    [{"columns": [{"name": "plan", "type": "number"}]}, {"target": "left"}, {"task": "multiclass"}],
    ids=["columns", "target", "task"],
)
def test_a_model_that_cannot_answer_what_the_champion_answers_is_refused(aws: Aws, dataset: dict[str, Any]) -> None:
    told.deploys(aws)
    told.has_candidate(aws)
    told.has_execution(aws, "two", **dataset)
    told.has_execution(aws, "one")
    (what,) = dataset
    with pytest.raises(BadInput, match=f"model 2 learnt other {what} than the champion"):
        start(aws)


def test_a_test_without_captured_data_would_tell_nothing(aws: Aws) -> None:
    told.deploys(aws)
    told.has_candidate(aws)
    told.has_execution(aws, "two")
    told.has_execution(aws, "one")
    told.has_endpoint(aws, captures=False, default=1)
    told.has_config(aws)
    with pytest.raises(NotCaptured, match=r"set serving.production.dataCapturePercentage above 0 and push"):
        start(aws)


def test_a_candidate_that_does_not_start_leaves_the_champion_alone_and_says_why(aws: Aws) -> None:
    fitting(aws)
    changes = {**ON, "CandidateWeight": "0.1", "ChampionWeight": "0.9", "CandidateInstanceCount": "1"}
    told.expect_update(aws, changes, "UPDATE_ROLLBACK_COMPLETE")
    with pytest.raises(TrialFailed) as failed:
        start(aws)
    assert str(failed.value) == (
        "stack churn-production ended as UPDATE_ROLLBACK_COMPLETE: Serving (AWS::CloudFormation::Stack) in stack "
        "churn-production: the container does not start; correct that, then run the command again"
    )


def test_an_update_that_is_refused_says_why(aws: Aws) -> None:
    told.has_endpoint(aws, default=1, candidate=1)
    aws.answer("cloudformation.describe_stack_events", {"StackEvents": []})
    aws.refuse("cloudformation.update_stack", "AccessDenied", "not authorized to perform iam:PassRole")
    with pytest.raises(
        TrialFailed, match="stack churn-production was not updated: not authorized to perform iam:PassRole"
    ):
        trial.stop(told.production(aws, **ON), silent)


def test_a_promotion_makes_the_candidate_the_champion_with_all_that_later_runs_read(aws: Aws) -> None:
    told.has_candidate(aws)
    told.has_execution(aws, "two")
    champion = {
        "ModelTemplate": "models/churn/2.json",
        "ModelPackageArn": f"{GROUP}/2",
        "ModelDataUrl": "s3://bucket/runs/two/train/model.tar.gz",
        "Run": "s3://bucket/runs/two",
        "DataVersion": "version-two",
        "DataUri": "config/data/churn.csv",
        "Commit": "commit-two",
    }
    told.has_endpoint(aws, default=1, candidate=1)
    told.expect_update(aws, {**champion, **ENDED})
    assert trial.promote(told.production(aws, **ON), silent) == f"{GROUP}/2"


def test_a_candidate_that_was_rejected_meanwhile_is_not_promoted(aws: Aws) -> None:
    told.has_candidate(aws, "Rejected")
    told.has_execution(aws, "two")
    with pytest.raises(BadInput, match="model 2 was rejected; `slipway ab stop` ends a test of it"):
        trial.promote(told.production(aws, **ON), silent)


def test_stopping_takes_the_candidate_away_and_changes_nothing_else(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    """Autoscaling, which is adding an instance, is waited for."""
    monkeypatch.setattr(endpoint, "POLL_SECONDS", 0.0)
    told.has_endpoint(aws, "Updating", default=1, candidate=1)
    told.has_endpoint(aws, default=1, candidate=1)
    told.expect_update(aws, ENDED)
    assert trial.stop(told.production(aws, **ON), silent) == f"{GROUP}/2"


@pytest.mark.parametrize("end", [trial.promote, trial.stop])
def test_without_a_test_there_is_none_to_end(aws: Aws, end: Any) -> None:
    with pytest.raises(NotFound, match="no test is on: production runs model 1 alone"):
        end(told.production(aws), silent)


def test_an_operation_that_an_interrupted_command_began_is_waited_for(aws: Aws) -> None:
    aws.answer("cloudformation.describe_stacks", told.stack("UPDATE_IN_PROGRESS"))
    aws.answer("cloudformation.describe_stacks", told.stack("UPDATE_IN_PROGRESS"))
    aws.answer("cloudformation.describe_stack_events", {"StackEvents": []})
    for status in ("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"):
        aws.answer("cloudformation.describe_stacks", told.stack(status))
        aws.answer("cloudformation.describe_stack_events", {"StackEvents": []})
    aws.answer("cloudformation.describe_stacks", told.stack("UPDATE_COMPLETE"))
    aws.answer("cloudformation.describe_stacks", told.stack("UPDATE_COMPLETE", **ON))
    found = production.of(aws.install(), silent)
    assert (found.candidate, found.champion, found.endpoint) == (f"{GROUP}/2", f"{GROUP}/1", "churn-production")


@pytest.mark.parametrize("seen", ["UPDATE_FAILED", "UPDATE_IN_PROGRESS"])
def test_an_update_that_the_engines_end_interrupted_is_found(aws: Aws, seen: str) -> None:
    for _ in range(2):
        aws.answer("cloudformation.describe_stacks", told.stack(seen))
    if seen == "UPDATE_IN_PROGRESS":
        aws.answer("cloudformation.describe_stack_events", {"StackEvents": []})
        aws.answer("cloudformation.describe_stacks", told.stack("UPDATE_FAILED"))
        aws.answer("cloudformation.describe_stack_events", {"StackEvents": []})
        for _ in range(2):
            aws.answer("cloudformation.describe_stacks", told.stack("UPDATE_FAILED", **ON))
    found = production.of(aws.install(), silent)
    assert found.interrupted is True
    with pytest.raises(TrialFailed) as refused:
        trial.running(found)
    assert str(refused.value) == (
        "the last update of stack churn-production was interrupted; the command that began it finishes it, and so does"
        " `slipway ab stop`"
    )


def test_a_start_that_was_interrupted_is_finished_by_the_next_one(aws: Aws) -> None:
    told.expect_update(aws, {})
    interrupted = replace(told.production(aws, **ON), interrupted=True)
    assert trial.start(interrupted, 2, 0.1, 1, nobody_asks, silent) is False


def test_a_start_that_was_interrupted_is_stopped(aws: Aws) -> None:
    told.expect_update(aws, {})
    told.has_endpoint(aws, default=1, candidate=1)
    told.expect_update(aws, ENDED)
    assert trial.stop(replace(told.production(aws, **ON), interrupted=True), silent) == f"{GROUP}/2"


def test_a_promotion_that_was_interrupted_is_finished_by_the_next_one(aws: Aws) -> None:
    told.expect_update(aws, {})
    interrupted = replace(told.production(aws, ModelPackageArn=f"{GROUP}/2"), interrupted=True)
    with pytest.raises(NotFound, match="no test is on: production runs model 2 alone"):
        trial.promote(interrupted, silent)


def test_production_of_an_older_bundle_is_refused_with_what_to_do(aws: Aws) -> None:
    described = told.stack("UPDATE_COMPLETE")
    described["Stacks"][0]["Parameters"] = []
    for _ in range(2):
        aws.answer("cloudformation.describe_stacks", described)
    with pytest.raises(
        NotFound, match="was deployed by a bundle without A/B tests; push this one, and approve its run"
    ):
        production.of(aws.install(), silent)
