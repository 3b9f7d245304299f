"""An AutoML job from its start to its end, with a program that says what the real one would say.

What AutoGluon really trains is tried in tests/heavy/sagemaker.
"""

from __future__ import annotations

import io
import os
import signal
import tarfile
from pathlib import Path
from typing import Any

import pytest

from slipway import local
from tests.engine.services.sagemaker.automl.support import job, prepare_role, table
from tests.engine.services.sagemaker.support import BUCKET, Sagemaker, eventually, prepare_account, start_engine

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeAutoMLJobV2.html")


class Job:
    """A job whose program does what its target column is called."""

    def __init__(self, sagemaker: Sagemaker, todo: str, **criteria: int) -> None:
        self.account = sagemaker
        self.client = sagemaker.client("sagemaker")
        uri = sagemaker.put(f"automl-life/{todo}.csv", table(600, todo))
        tabular = {"TargetAttributeName": todo, "Mode": "ENSEMBLING", "CompletionCriteria": criteria}
        request = job(
            AutoMLJobInputDataConfig=[{"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}}}],
            AutoMLProblemTypeConfig={"TabularJobConfig": tabular},
            Tags=[{"Key": "team", "Value": "a"}],
        )
        self.name = request["AutoMLJobName"]
        self.client.create_auto_ml_job_v2(**request)

    def described(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.describe_auto_ml_job_v2(AutoMLJobName=self.name)
        return found

    def ended(self) -> dict[str, Any]:
        finished = {"Completed", "Failed", "Stopped"}
        eventually(lambda: self.described()["AutoMLJobStatus"] in finished)
        return self.described()

    def candidates(self, **more: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.list_candidates_for_auto_ml_job(AutoMLJobName=self.name, **more)[
            "Candidates"
        ]
        return found


def test_a_job_ends_with_its_best_candidate_whose_archive_is_in_s3(sagemaker: Sagemaker) -> None:
    made = Job(sagemaker, "some", MaxCandidates=4)
    found = made.ended()
    assert (found["AutoMLJobStatus"], found["AutoMLJobSecondaryStatus"]) == ("Completed", "Completed")
    assert found["BestCandidate"]["CandidateName"] == "three"
    assert found["ResolvedAttributes"]["CompletionCriteria"]["MaxCandidates"] == 4
    assert found["PartialFailureReasons"] == [{"PartialFailureMessage": "two: it would not learn"}]
    container = found["BestCandidate"]["InferenceContainers"][0]
    assert container["Environment"]["MODEL_NAME"] == "model-three"
    where = f"automl/{made.name}/sagemaker-automl-candidates"
    assert container["ModelDataUrl"] == f"s3://{BUCKET}/{where}/model/three/model.tar.gz"
    with tarfile.open(fileobj=io.BytesIO(sagemaker.get(f"{where}/model/three/model.tar.gz"))) as archive:
        assert archive.getnames() == ["guess.txt"]
    assert found["AutoMLJobArtifacts"]["DataExplorationNotebookLocation"].startswith(
        f"s3://{BUCKET}/{where}/notebooks/"
    )
    tags = made.client.list_tags(ResourceArn=found["AutoMLJobArn"])["Tags"]
    assert tags == [{"Key": "team", "Value": "a"}]


@pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListCandidatesForAutoMLJob.html")
def test_candidates_are_listed_by_name_status_and_objective(sagemaker: Sagemaker) -> None:
    made = Job(sagemaker, "some")
    made.ended()
    assert [item["CandidateName"] for item in made.candidates()] == ["one", "two", "three"]
    assert [item["CandidateName"] for item in made.candidates(StatusEquals="Failed")] == ["two"]
    assert [item["CandidateName"] for item in made.candidates(CandidateNameEquals="one")] == ["one"]
    best_first = made.candidates(SortBy="FinalObjectiveMetricValue", SortOrder="Descending")
    assert [item["CandidateName"] for item in best_first] == ["three", "one", "two"]
    first = made.client.list_candidates_for_auto_ml_job(AutoMLJobName=made.name, MaxResults=2)
    rest = made.candidates(NextToken=first["NextToken"])
    assert [item["CandidateName"] for item in rest] == ["three"]


def test_at_the_most_candidates_that_were_asked_for_the_job_says_so(sagemaker: Sagemaker) -> None:
    assert Job(sagemaker, "some", MaxCandidates=3).ended()["AutoMLJobSecondaryStatus"] == "MaxCandidatesReached"


def test_a_job_none_of_whose_candidates_was_trained_fails_with_their_reasons(sagemaker: Sagemaker) -> None:
    found = Job(sagemaker, "none").ended()
    assert found["AutoMLJobStatus"] == "Failed"
    assert found["FailureReason"] == "ClientError: No candidate was completed. two: it would not learn"


def test_at_its_time_limit_a_job_is_completed_by_what_it_has(sagemaker: Sagemaker) -> None:
    made = Job(sagemaker, "slow", MaxAutoMLJobRuntimeInSeconds=6)
    found = made.ended()
    assert (found["AutoMLJobStatus"], found["AutoMLJobSecondaryStatus"]) == ("Completed", "MaxAutoMLJobRuntimeReached")
    assert found["BestCandidate"]["CandidateName"] == "one"
    assert {item["CandidateName"]: item["CandidateStatus"] for item in made.candidates()} == {
        "one": "Completed",
        "last": "Stopped",
    }


def test_a_job_that_has_nothing_at_its_time_limit_fails(sagemaker: Sagemaker) -> None:
    found = Job(sagemaker, "nothing-in-time", MaxAutoMLJobRuntimeInSeconds=2).ended()
    assert found["FailureReason"] == (
        "ClientError: No candidate was completed within MaxAutoMLJobRuntimeInSeconds, 2 seconds"
    )


@pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopAutoMLJob.html")
def test_a_job_that_is_stopped_keeps_what_it_has_and_leaves_no_process(sagemaker: Sagemaker) -> None:
    made = Job(sagemaker, "slow")
    eventually(lambda: len(made.candidates()) == 2)
    assert made.described()["AutoMLJobSecondaryStatus"] == "TrainingModels"
    made.client.stop_auto_ml_job(AutoMLJobName=made.name)
    found = made.ended()
    assert (found["AutoMLJobStatus"], found["AutoMLJobSecondaryStatus"]) == ("Stopped", "Stopped")
    assert found["BestCandidate"]["CandidateName"] == "one"
    eventually(lambda: not list((sagemaker.running.home / "sagemaker" / "automl-jobs").glob("*")))


def test_a_candidate_that_cannot_be_kept_fails_the_job(sagemaker: Sagemaker) -> None:
    found = Job(sagemaker, "unsaid").ended()
    assert found["AutoMLJobStatus"] == "Failed"
    assert "the engine failed while it ran the job" in found["FailureReason"]


def test_a_job_that_was_under_way_when_the_engine_was_killed_has_failed_and_says_so(tmp_path: Path) -> None:
    home = tmp_path / "home"
    account = Sagemaker(start_engine(home))
    prepare_account(account)
    prepare_role(account)
    made = Job(account, "slow")
    eventually(lambda: len(made.candidates()) == 2 and (home / "state").is_dir())
    os.kill(account.running.pid, signal.SIGKILL)
    eventually(lambda: not local.is_running(account.running.pid))
    again = Sagemaker(start_engine(home))
    try:
        client = again.client("sagemaker")
        found = client.describe_auto_ml_job_v2(AutoMLJobName=made.name)
        assert found["AutoMLJobStatus"] == "Failed"
        assert found["FailureReason"] == (
            f"InternalServerError: the engine was restarted while automl-job {made.name} ran; start it again"
        )
        candidates = client.list_candidates_for_auto_ml_job(AutoMLJobName=made.name)["Candidates"]
        assert [item["CandidateStatus"] for item in candidates] == ["Completed", "Stopped"]
        eventually(lambda: not list((home / "sagemaker" / "automl-jobs").glob("*")))
    finally:
        again.running.stop()
