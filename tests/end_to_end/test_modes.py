"""Each deploy.mode, from the configuration that its page gives to a prediction of production.

One install goes from mode to mode as AWS allows it, with batch in between, and trains as seldom as it can: a run whose
model was trained before takes it over.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from slipway import api, approval, local
from slipway.errors import NotFound
from slipway.runs import Run
from tests.end_to_end.plant import ROOT, STACK, Plant, eventually, problems
from tests.end_to_end.workshop import CONFIGURATION, QUICK, Document, changed, customer

ROWS = 200


def rows() -> str:
    """Customers as a batch takes them: no header, the columns that the model learns from, in their order."""
    with (ROOT / "config/data/telecom-churn.csv").open(encoding="utf-8", newline="") as lines:
        names, *found = csv.reader(lines)
    kept = [names.index(column["name"]) for column in changed({})["dataset"]["columns"] if column["type"] != "id"]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([row[place] for place in kept] for row in found[:ROWS])
    return text.getvalue()


def configured(deploy: Document, production: Document | None = None, **train: Any) -> bytes:
    """The repository's configuration in another mode, and trained another way."""
    document = json.loads((ROOT / CONFIGURATION).read_text("utf-8"))
    document["deploy"] = deploy
    document["train"] |= train
    document["serving"] = {"production": production} if production else {}
    return json.dumps(document).encode()


class Line:
    """An install whose mode changes from one push to the next, as AWS allows it."""

    def __init__(self, plant: Plant) -> None:
        self.plant = plant

    def client(self, service: str) -> Any:
        return self.plant.client(service)

    def launch(self, deploy: Document) -> Run:
        self.plant.launch({CONFIGURATION: configured(deploy)})
        return self.approved(self.plant.newest())

    def pushed(self, deploy: Document, production: Document | None = None, **train: Any) -> str:
        """The id of the run that a changed configuration starts."""
        before = self.plant.newest()
        tip = self.client("codecommit").get_branch(repositoryName=STACK, branchName="master")["branch"]["commitId"]
        self.client("codecommit").create_commit(
            repositoryName=STACK,
            branchName="master",
            parentCommitId=tip,
            commitMessage="Deploy another way",
            putFiles=[{"filePath": CONFIGURATION, "fileContent": configured(deploy, production, **train)}],
        )
        return eventually(lambda: None if (newest := self.plant.newest()) == before else newest, "a run by the push")

    def approved(self, run_id: str) -> Run:
        """A run, approved and in production."""

        def waits() -> bool:
            run = self.plant.run(run_id)
            assert not run.done, problems(run)
            action = run.action("Test", "Approve")
            return action is not None and action.status == "InProgress"

        eventually(waits, f"{run_id} waits for approval")
        approval.answer(self.plant.installed, "Approved", "approved by a test")
        run = self.plant.ended(run_id)
        assert run.status == "Succeeded", problems(run)
        return run

    def variant(self) -> Document:
        """Production's only variant, as SageMaker describes it."""
        endpoint = self.client("sagemaker").describe_endpoint(EndpointName=f"{STACK}-production")
        (found,) = endpoint["ProductionVariants"]
        return dict(found)

    def api(self) -> api.Api:
        return api.of(self.plant.installed, "production")


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    plant = Plant(tmp_path_factory.mktemp("modes") / ".slipway")
    try:
        yield Line(plant)
    finally:
        local.remove(plant.home)


def test_a_serverless_model_answers_without_instances(line: Line) -> None:
    line.launch({"mode": "serverless", "serverless": {"maxConcurrency": 2}})
    assert line.variant()["CurrentServerlessConfig"] == {"MaxConcurrency": 2, "MemorySizeInMB": 2048}
    assert set(line.api().predict(customer()).body["predictions"][0]) == {"label", "score"}


def test_a_serverless_endpoint_gets_instances(line: Line) -> None:
    line.approved(line.pushed({"mode": "endpoint"}, QUICK))
    variant = line.variant()
    assert ("CurrentServerlessConfig" in variant, variant["CurrentInstanceCount"]) == (False, 1)
    assert set(line.api().predict(customer()).body["predictions"][0]) == {"label", "score"}


def batch(line: Line, to: str) -> Document:
    """Predict what is below customers/ of the data bucket, and write below that prefix of it."""
    bucket = line.plant.installed.outputs["DataBucket"]
    return {
        "mode": "batch",
        "batch": {"inputUri": f"s3://{bucket}/customers/", "outputUri": f"s3://{bucket}/{to}"},
    }


def check_batch(line: Line, prefix: str) -> None:
    """Every row has a prediction behind it, and there is no endpoint."""
    s3, bucket = line.client("s3"), line.plant.installed.outputs["DataBucket"]
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"{prefix}/")["Contents"]
    (key,) = [found["Key"] for found in listed if found["Key"].endswith("/rows.csv.out")]
    predicted = list(csv.reader(s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode().splitlines()))
    assert [row[:-2] for row in predicted] == list(csv.reader(rows().splitlines()))
    assert {row[-2] for row in predicted} == {"yes", "no"}
    assert line.client("sagemaker").list_endpoints()["Endpoints"] == []
    with pytest.raises(NotFound, match="production has no API: it predicts in batches"):
        line.api()


def test_a_batch_predicts_the_rows_that_are_configured_and_leaves_no_endpoint(line: Line) -> None:
    bucket = line.plant.installed.outputs["DataBucket"]
    line.client("s3").put_object(Bucket=bucket, Key="customers/rows.csv", Body=rows().encode())
    line.approved(line.pushed(batch(line, "container")))
    check_batch(line, "container")


def test_an_asynchronous_api_answers_later_under_the_address_that_it_gave(line: Line) -> None:
    line.approved(line.pushed({"mode": "async", "async": {"notification": "all"}}, QUICK))
    accepted = line.api().call(customer())
    assert accepted.status == 202

    assert accepted.body["location"] == f"/production/predictions/{accepted.body['id']}"
    assert set(line.api().predict(customer()).body["predictions"][0]) == {"label", "score"}
    policies = line.client("application-autoscaling").describe_scaling_policies(ServiceNamespace="sagemaker")
    (policy,) = policies["ScalingPolicies"]
    tracked = policy["TargetTrackingScalingPolicyConfiguration"]["CustomizedMetricSpecification"]
    assert tracked["MetricName"] == "ApproximateBacklogSizePerInstance"


def test_a_pipeline_of_three_containers_answers_later_too(line: Line) -> None:
    line.approved(line.pushed({"mode": "async"}, QUICK, engine="xgboost"))
    assert set(line.api().predict(customer()).body["predictions"][0]) == {"label", "score"}


def test_a_pipeline_of_three_containers_predicts_in_batches(line: Line) -> None:
    line.approved(line.pushed(batch(line, "xgboost"), engine="xgboost"))
    check_batch(line, "xgboost")


def test_an_endpoint_of_several_models_answers_by_the_version_that_is_asked_for(line: Line) -> None:
    line.approved(line.pushed({"mode": "multi-model"}, QUICK, hyperparameters={"max_depth": 3, "eta": 0.1}))
    api = line.api()
    asked = {name: api.call(customer(), name) for name in ("", "3", "1")}
    assert {name: (found.status, found.model) for name, found in asked.items()} == {
        "": (200, "3"),
        "3": (200, "3"),
        "1": (200, "1"),
    }
    assert asked[""].body == asked["3"].body != asked["1"].body
    unknown = api.call(customer(), "2")  # the pipeline of three containers
    assert (unknown.status, unknown.body["error"]["message"]) == (
        404,
        "there is no model '2' here; X-Model may be 3 (the champion), 1",
    )


def test_a_new_version_takes_over_and_the_oldest_leaves(line: Line) -> None:
    deploy = {"mode": "multi-model", "multiModel": {"models": 2}}
    line.approved(line.pushed(deploy, QUICK, hyperparameters={"max_depth": 4, "eta": 0.1}))
    api = line.api()
    assert [api.call(customer(), name).model for name in ("", "4", "3")] == ["4", "4", "3"]
    assert api.call(customer(), "1").status == 404
