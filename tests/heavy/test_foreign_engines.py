"""Models that the job image cannot load, from the configuration of their page to an endpoint that answers."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator
from typing import Any

import pytest

from slipway import executions, runs
from slipway.runs import Run
from tests.end_to_end.failing import Failing, fail, processes, running
from tests.end_to_end.plant import eventually
from tests.end_to_end.workshop import Document, Executed, Workshop, customer, opened

# AutoGluon's ensembles take their time on a busy machine, and no alarm is to roll them back for it.
PRODUCTION = {
    "autoscaling": {"minCapacity": 1, "maxCapacity": 2},
    "alarms": {"modelLatencyInMilliseconds": 10_000},
}
PATIENT = {"production": PRODUCTION}
SMALL = {"GBM": {"num_boost_round": 50}, "RF": {"n_estimators": 20}}
QUICK = {"timeLimitInSeconds": 120, "fitArgs": {"hyperparameters": SMALL}}
AUTOGLUON: Document = {
    "train": {"engine": "autogluon", "hyperparameters": {}, "autogluon": QUICK},
    "serving": PATIENT,
}

SEARCH = {"maxCandidates": 3, "maxRuntimePerTrainingJobInSeconds": 120}
# An engine that chooses its instances by itself has no field for them.
AUTOPILOT: Document = {
    "train": {"engine": "autopilot", "instanceType": None, "hyperparameters": {}, "autopilot": SEARCH},
    "serving": PATIENT,
}

# A batch has neither endpoint nor API.
NOTHING_SERVES: Document = {"test": None, "production": None}
LATER: Document = {"deploy": {"mode": "async"}}


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """An install whose first model, in production, is AutoGluon's."""
    with opened(tmp_path_factory.mktemp("foreign") / ".slipway", AUTOGLUON) as made:
        yield made


@pytest.fixture(scope="module")
def autopilot(workshop: Workshop) -> Executed:
    """What the pipeline executed for the push of Autopilot, whose candidate is in production since then."""
    return executed(workshop, workshop.through_the_pipeline(AUTOPILOT | LATER))


@pytest.fixture(scope="module")
def autogluon(workshop: Workshop) -> Executed:
    """What the pipeline executed for the launch's own run."""
    return executed(workshop, workshop.plant.run(runs.history(workshop.plant.installed)[-1].id))


def executed(workshop: Workshop, run: Run) -> Executed:
    train = run.action("Train", "Train")
    assert train is not None
    return workshop.ended(train.external_id)


def read(workshop: Workshop, uri: str) -> bytes:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    body: bytes = workshop.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return body


def models(workshop: Workshop) -> list[str]:
    found = workshop.client("sagemaker").list_models(MaxResults=100)["Models"]
    names = [model["ModelName"] for model in found]
    return [name for name in names if "-model-" in name or "-champion-" in name]


def test_autogluon_registers_a_model_that_serves(workshop: Workshop, autogluon: Executed) -> None:
    answer: dict[str, Any] = workshop.serve(autogluon, customer())
    assert set(answer["predictions"][0]) == {"label", "score"}
    assert answer["predictions"][0]["label"] in {"yes", "no"}
    assert autogluon.output["metrics"]["roc_auc"] > 0.8


def test_autogluons_findings_are_beside_the_model_and_in_the_report(workshop: Workshop, autogluon: Executed) -> None:
    output = read(workshop, autogluon.output["modelDataUrl"].replace("model.tar.gz", "output.tar.gz"))
    with tarfile.open(fileobj=io.BytesIO(output)) as archive:
        names = {name.removeprefix("./") for name in archive.getnames()}
    assert {"leaderboard.csv", "test_predictions.csv", "scores.json", "feature_importance.csv"} <= names
    page = read(workshop, autogluon.output["reportUri"]).decode()
    assert "Leaderboard" in page
    assert "LightGBM" in page
    assert "Feature importance" in page


def test_a_row_that_is_none_is_refused_as_the_job_images_own_models_refuse_it(
    workshop: Workshop, autogluon: Executed
) -> None:
    with pytest.raises(workshop.client("sagemaker-runtime").exceptions.ModelError) as refused:
        workshop.serve(autogluon, {**customer(), "day_minutes": "many"})
    answered = json.loads(refused.value.response["OriginalMessage"])
    assert answered["error"] == "row 1, column 'day_minutes': expected a number, found 'many'"


def test_autogluons_scores_are_those_of_its_own_predictor(workshop: Workshop, autogluon: Executed) -> None:
    output = read(workshop, autogluon.output["modelDataUrl"].replace("model.tar.gz", "output.tar.gz"))
    with tarfile.open(fileobj=io.BytesIO(output)) as archive:
        member = next(name for name in archive.getnames() if name.endswith("scores.json"))
        found = archive.extractfile(member)
        assert found is not None
        scores = json.load(found)
    assert autogluon.output["metrics"]["roc_auc"] == pytest.approx(scores["roc_auc"], abs=1e-4)


def test_no_model_is_left_of_those_that_were_asked(workshop: Workshop, autogluon: Executed) -> None:
    assert autogluon.status == "SUCCEEDED"
    assert models(workshop) == []


def test_a_library_that_refuses_its_arguments_fails_train_by_name(workshop: Workshop) -> None:
    wrong: Document = {"train": {**AUTOGLUON["train"], "autogluon": {**QUICK, "fitArgs": {"num_trees": 3}}}}
    failed = workshop.execute(wrong, 600)
    assert failed.status == "FAILED"
    assert failed.error.startswith("Train: ")
    assert "num_trees" in failed.error


UNKNOWN: Document = {"dataset": {"target": "left"}}
FIT = {"time_limit": 120, "hyperparameters": {"GBM": {"num_boost_round": 100_000}}}
LONG: Document = {"training.hyperParameters.fit_args": json.dumps(FIT)}
_TABULAR = "training.autopilot.AutoMLProblemTypeConfig.TabularJobConfig"
# Beside these, the check of a configuration refuses what it can see: tests/config has its sentences.
FAILURES: dict[str, Failing] = {
    "autogluon, unknown label": Failing(AUTOGLUON | UNKNOWN, "Prepare", "left", "left"),
    "autogluon, label that the rows lack": Failing(
        AUTOGLUON,
        "Train",
        "there is no column 'left', the label",
        "there is no column 'left'",
        {"training.hyperParameters.init_args": json.dumps({"label": "left"})},
    ),
    "autogluon, metric not offered": Failing(
        AUTOGLUON,
        "Train",
        "beauty",
        "beauty",
        {"training.hyperParameters.init_args": json.dumps({"label": "churn", "eval_metric": "beauty"})},
    ),
    "autogluon, time limit": Failing(
        AUTOGLUON,
        "Train",
        "the job ended as Stopped, MaxRuntimeExceeded",
        "",
        {**LONG, "config.train.maxRuntimeInSeconds": 1},
    ),
    "autogluon, memory": Failing(AUTOGLUON, "Train", "exit code: ", "", LONG, "training"),
    "autopilot, unknown label": Failing(AUTOPILOT | UNKNOWN, "Prepare", "left", "left"),
    "autopilot, label that the rows lack": Failing(
        AUTOPILOT, "Autopilot", "left", "", {f"{_TABULAR}.TargetAttributeName": "left"}
    ),
    "autopilot, metric not offered": Failing(
        AUTOPILOT, "Autopilot", "beauty", None, {"training.autopilot.AutoMLJobObjective.MetricName": "beauty"}
    ),
    "autopilot, time limit": Failing(
        AUTOPILOT,
        "Autopilot",
        "No candidate was completed within MaxAutoMLJobRuntimeInSeconds, 1 seconds",
        "",
        {f"{_TABULAR}.CompletionCriteria.MaxAutoMLJobRuntimeInSeconds": 1},
    ),
    "autopilot, memory": Failing(AUTOPILOT, "Autopilot", "exit code: 137", "", {}, "automl"),
}


@pytest.mark.parametrize("failing", FAILURES)
def test_a_training_that_fails_is_told_by_step_job_reason_and_log_and_leaves_nothing(
    workshop: Workshop, failing: str
) -> None:
    fail(workshop, FAILURES[failing], 600)


def test_autogluon_goes_to_production_and_is_the_champion_that_others_are_measured_beside(workshop: Workshop) -> None:
    assert set(workshop.predict()["predictions"][0]) == {"label", "score"}
    ours = workshop.execute({"train": {"hyperparameters": {"max_depth": 4}}})
    assert ours.status == "SUCCEEDED", ours.error
    assert ours.output["championMetrics"]["roc_auc"] > 0.8
    assert models(workshop) == []


def predicted_in_a_batch(workshop: Workshop, training: Document) -> list[list[str]]:
    """Push that training with deploy.mode batch, and see it to production: the rows that it predicts there."""
    s3, bucket = workshop.client("s3"), workshop.plant.installed.outputs["DataBucket"]
    engine = training["train"]["engine"]
    line = ",".join(map(str, customer().values()))
    s3.put_object(Bucket=bucket, Key=f"customers/{engine}/rows.csv", Body=f"{line}\n".encode() * 3)
    places = {"inputUri": f"s3://{bucket}/customers/{engine}/", "outputUri": f"s3://{bucket}/predicted/{engine}"}
    deploy = {"mode": "batch", "batch": {**places, "instanceType": "ml.m5.large"}}
    workshop.through_the_pipeline(training | {"deploy": deploy, "serving": NOTHING_SERVES})
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"predicted/{engine}/")["Contents"]
    (key,) = [found["Key"] for found in listed if found["Key"].endswith("/rows.csv.out")]
    text = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    predicted = [row.split(",") for row in text.splitlines()]
    assert [row[:-2] for row in predicted] == [line.split(",")] * 3
    assert workshop.client("sagemaker").list_endpoints()["Endpoints"] == []
    return [row[-2:] for row in predicted]


def test_autogluon_predicts_in_batches(workshop: Workshop) -> None:
    for label, score in predicted_in_a_batch(workshop, AUTOGLUON):
        assert (float(score) >= 0.5) == (label == "yes")


def test_autogluon_answers_later(workshop: Workshop) -> None:
    workshop.through_the_pipeline(AUTOGLUON | LATER)
    assert set(workshop.predict()["predictions"][0]) == {"label", "score"}


@pytest.mark.usefixtures("autopilot")
def test_autopilot_answers_later(workshop: Workshop) -> None:
    assert set(workshop.predict()["predictions"][0]) == {"label", "score"}


def test_autopilots_best_candidate_serves_between_two_containers_of_ours(
    workshop: Workshop, autopilot: Executed
) -> None:
    answer: dict[str, Any] = workshop.serve(autopilot, customer())
    (prediction,) = answer["predictions"]
    assert prediction["label"] in {"yes", "no"}
    assert (prediction["score"] >= 0.5) == (prediction["label"] == "yes")
    assert autopilot.output["metrics"]["roc_auc"] > 0.8
    containers = workshop.package(autopilot)["InferenceSpecification"]["Containers"]
    assert [one["Environment"].get("SERVE") for one in containers] == ["arrange", None, "translate"]


def test_autopilots_candidates_are_in_the_report(workshop: Workshop, autopilot: Executed) -> None:
    page = read(workshop, autopilot.output["reportUri"]).decode()
    assert "3 models tried" in page
    assert "Local-" in page
    assert models(workshop) == []


def test_autopilot_predicts_in_batches(workshop: Workshop) -> None:
    for label, score in predicted_in_a_batch(workshop, AUTOPILOT):
        assert (float(score) >= 0.5) == (label == "yes")


def test_a_batch_that_is_interrupted_leaves_nothing_and_another_execution_makes_it(workshop: Workshop) -> None:
    states, s3 = workshop.client("stepfunctions"), workshop.client("s3")
    machine = workshop.plant.installed.environment("production")["BatchStateMachineArn"]
    stopped = states.start_execution(stateMachineArn=machine, name="stopped", input="{}")["executionArn"]

    def job() -> str | None:
        names = [job.name for job in executions.jobs(workshop.plant.target, stopped)]
        return next((name for name in names if processes(name)), None)

    def ended(arn: str) -> Any:
        found = states.describe_execution(executionArn=arn)
        return None if found["status"] == "RUNNING" else found

    name = eventually(job, "the job predicts")
    states.stop_execution(executionArn=stopped)
    assert eventually(lambda: ended(stopped), "the execution is stopped")["status"] == "ABORTED"
    eventually(lambda: running(workshop) == [], "the job is stopped")
    eventually(lambda: processes(name) == [], "the job's processes are gone")
    again = states.start_execution(stateMachineArn=machine, name="again", input="{}")["executionArn"]
    found = eventually(lambda: ended(again), "the batch made again")
    assert found["status"] == "SUCCEEDED", found.get("cause")
    listed = s3.list_objects_v2(Bucket=workshop.plant.installed.outputs["DataBucket"], Prefix="predicted/autopilot/")
    folders = {item["Key"].split("/")[2] for item in listed["Contents"]}
    assert "again" in folders
    assert "stopped" not in folders
