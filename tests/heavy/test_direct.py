"""R2's request from start to end, by the real AutoGluon: train, evaluate, deploy, update, predict in batches."""

from __future__ import annotations

import csv
import io
import json
import tarfile
from typing import Any

import pytest

from slipway import direct
from tests.end_to_end.plant import ROOT, STACK
from tests.end_to_end.training_request import training_request
from tests.end_to_end.workshop import Workshop

ENDPOINT = f"{STACK}-direct"
ROWS = 900


@pytest.fixture(scope="module")
def table(workshop: Workshop) -> list[list[str]]:
    """The sample data without its header, uploaded in two parts; the last column is the target."""
    text = (ROOT / "config/data/telecom-churn.csv").read_text(encoding="utf-8")
    header, *rows = list(csv.reader(io.StringIO(text)))
    kept = [index for index, name in enumerate(header) if name not in ("customer_id", "churn")]
    order = [*kept, header.index("churn")]
    lines = [[row[index] for index in order] for row in rows[:ROWS]]
    for name, part in (("train", lines[: ROWS * 2 // 3]), ("test", lines[ROWS * 2 // 3 :])):
        put(workshop, f"direct/{name}.csv", [[header[index] for index in order], *part])
    return lines


def put(workshop: Workshop, key: str, rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    bucket = workshop.plant.installed.outputs["DataBucket"]
    workshop.client("s3").put_object(Bucket=bucket, Key=key, Body=text.getvalue().encode())


def request(workshop: Workshop) -> dict[str, Any]:
    outputs = workshop.plant.installed.outputs
    return training_request(outputs["DataBucket"], outputs["ArtifactBucket"])


def done(workshop: Workshop, asked: dict[str, Any]) -> Any:
    return direct.wait(workshop.plant.installed, direct.execute(workshop.plant.installed, asked)).output


def members(workshop: Workshop, uri: str) -> dict[str, bytes]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    body = workshop.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        return {
            member.name.removeprefix("./"): opened.read()
            for member in archive
            if (opened := archive.extractfile(member))
        }


@pytest.fixture(scope="module")
def trained(workshop: Workshop, table: list[list[str]]) -> Any:
    """The output of the request with every flag set."""
    return done(workshop, request(workshop))


def test_the_model_is_trained_measured_and_deployed(workshop: Workshop, trained: Any, table: list[list[str]]) -> None:
    evaluation, deployment = trained["Evaluation"], trained["Deployment"]
    assert (evaluation["Metric"], evaluation["Passed"]) == ("roc_auc", True)
    assert 0.7 <= evaluation["Score"] <= 1
    assert (deployment["Deployed"], deployment["EndpointName"]) == (True, ENDPOINT)
    text = "\n".join(",".join(row[:-1]) for row in table[:3])
    runtime = workshop.client("sagemaker-runtime")
    answer = runtime.invoke_endpoint(EndpointName=ENDPOINT, ContentType="text/csv", Accept="text/csv", Body=text)
    lines = [line.split(",") for line in answer["Body"].read().decode().split()]
    assert len(lines) == 3
    assert {label for label, _ in lines} <= {row[-1] for row in table}
    assert all(0 <= float(score) <= 1 for _, score in lines)


def test_leaderboard_predictions_scores_and_importance_are_next_to_the_model(workshop: Workshop, trained: Any) -> None:
    files = members(workshop, trained["Train"]["OutputUrl"])
    assert {"leaderboard.csv", "test_predictions.csv", "scores.json", "feature_importance.csv"} <= set(files)
    assert json.loads(files["scores.json"])["roc_auc"] == pytest.approx(trained["Evaluation"]["Score"])
    assert "code/inference.py" in members(workshop, trained["Train"]["ModelDataUrl"])


def test_below_the_threshold_nothing_is_deployed_and_the_output_says_so(workshop: Workshop, trained: Any) -> None:
    asked = request(workshop)
    asked["Parameters"]["Evaluation"] = {"Threshold": -0.05, "Metric": "log_loss"}
    skipped = done(workshop, asked)
    assert skipped["Evaluation"]["Passed"] is False
    assert skipped["Evaluation"]["Score"] < -0.05  # a loss, made negative
    assert skipped["Deployment"]["Deployed"] is False
    assert skipped["Deployment"]["Reason"].startswith("log_loss is -0.")
    described = workshop.client("sagemaker").describe_endpoint(EndpointName=ENDPOINT)
    assert described["EndpointConfigName"] == trained["Deployment"]["EndpointConfigName"]


def test_batch_predicts_by_the_model_that_was_trained_before(
    workshop: Workshop, trained: Any, table: list[list[str]]
) -> None:
    outputs = workshop.plant.installed.outputs
    put(workshop, "direct/batch/rows.csv", [row[:-1] for row in table[:5]])
    asked = request(workshop)
    asked["Parameters"]["Flow"] = {"Train": False, "Evaluate": False, "Deploy": True}
    asked["Parameters"]["PretrainedModel"]["Name"] = trained["Train"]["ModelName"]
    asked["Parameters"]["Deploy"] |= {
        "Mode": "batch",
        "BatchInputDataPath": f"s3://{outputs['DataBucket']}/direct/batch/",
        "BatchOutputDataPath": f"s3://{outputs['ArtifactBucket']}/direct/churn/predictions",
    }
    assert done(workshop, asked)["Deployment"]["Mode"] == "batch"
    key = "direct/churn/predictions/rows.csv.out"
    body = workshop.client("s3").get_object(Bucket=outputs["ArtifactBucket"], Key=key)["Body"].read().decode()
    assert len(body.split()) == 5


def test_a_label_that_the_data_lacks_fails_with_the_step_and_the_reason(workshop: Workshop, trained: Any) -> None:
    asked = request(workshop)
    asked["Parameters"]["Train"]["InitArgs"] = '{"label": "left"}'
    with pytest.raises(direct.ExecutionFailed, match=r"(?s)Train: .*there is no column 'left', the label; found"):
        done(workshop, asked)


def test_a_metric_that_autogluon_does_not_offer_fails_before_it_trains(workshop: Workshop, trained: Any) -> None:
    asked = request(workshop)
    asked["Parameters"]["Evaluation"]["Metric"] = "beauty"
    with pytest.raises(direct.ExecutionFailed, match=r"(?s)Train: .*roc_auc.*; found 'beauty'"):
        done(workshop, asked)
