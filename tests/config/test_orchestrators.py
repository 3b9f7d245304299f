"""config.orchestrators: what an orchestrator cannot carry is refused by Build, with a reason."""

from __future__ import annotations

import json
from typing import Any

import pytest

from config import configuration, orchestrators, training
from tests import sample
from tests.cf import templates


def resolved(**changes: Any) -> dict[str, Any]:
    return configuration.resolve(sample.written() | changes)


TUNED = {"tuning": {"ranges": {"eta": {"min": 0.1, "max": 0.3}}}}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "tuning": (
        {"train": TUNED},
        "$.train.tuning: found a tuning; allowed: none with the orchestrator sagemaker, whose steps train one model; "
        "launch the root stack with Orchestrator=stepfunctions for the others",
    ),
    "an engine of other steps": (
        {"train": {"engine": "autopilot"}},
        '$.train.engine: found "autopilot"; allowed: container or xgboost with the orchestrator sagemaker; '
        "launch the root stack with Orchestrator=stepfunctions for the others",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_pipeline_has_no_step_for_is_refused(case: str) -> None:
    changes, sentence = REFUSED[case]
    assert [str(fault) for fault in orchestrators.faults(resolved(**changes), "sagemaker")] == [sentence]


@pytest.mark.parametrize("case", REFUSED)
def test_the_state_machine_carries_all(case: str) -> None:
    assert orchestrators.faults(resolved(**REFUSED[case][0]), "stepfunctions") == []


@pytest.mark.parametrize("engine", ["container", "xgboost"])
def test_both_engines_are_carried(engine: str) -> None:
    assert orchestrators.faults(resolved(train={"engine": engine}), "sagemaker") == []


class Bucket:
    """What Build puts in the artifact bucket."""

    def __init__(self) -> None:
        self.documents: dict[str, Any] = {}

    def put_object(self, *, Key: str, Body: bytes, **_: str) -> None:  # noqa: N803
        if Key.endswith(".json"):
            self.documents[Key] = json.loads(Body)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Bucket:
    given = {"ARTIFACT_BUCKET": "artifacts", "KEY_ARN": "key", "CALLBACK_QUEUE_URL": "https://sqs/1/shop-callback"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return Bucket()


def stack_parameters(bucket: Bucket, prepare: dict[str, Any]) -> dict[str, str]:
    config = resolved(prepare=prepare)
    trained = training.training(config, "jobs", "eu-west-1")
    execution = {"config": config, "training": trained, "image": "jobs", "preparation": {"code": "s3://a/jobs.zip"}}
    return orchestrators.stack_parameters(bucket, execution)  # type: ignore[arg-type]


@pytest.mark.parametrize("orchestrator", ["sagemaker", "glue"])
def test_the_stack_is_told_who_prepares(bucket: Bucket, monkeypatch: pytest.MonkeyPatch, orchestrator: str) -> None:
    monkeypatch.setenv(orchestrators.VARIABLE, orchestrator)
    spark = {"engine": "glue", "workerType": "G.2X", "workers": 5, "maxRuntimeInSeconds": 3700}
    given = stack_parameters(bucket, spark)
    assert given.pop("PipelineDefinitionKey") in bucket.documents
    assert ("WorkflowCode" in given) is (orchestrator == "glue")
    given.pop("WorkflowCode", None)
    assert given == {
        "PrepareEngine": "glue",
        "SparkCode": "s3://a/jobs.zip",
        "SparkWorkerType": "G.2X",
        "SparkWorkers": "5",
        "SparkTimeoutInMinutes": "62",
    }
    assert stack_parameters(bucket, {})["PrepareEngine"] == "processing"


@pytest.mark.parametrize(
    ("engine", "step", "type_"), [("processing", "Prepare", "Processing"), ("glue", "PrepareBySpark", "Callback")]
)
def test_one_step_prepares_and_the_model_is_trained_after_it(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch, engine: str, step: str, type_: str
) -> None:
    monkeypatch.setenv(orchestrators.VARIABLE, "sagemaker")
    stack_parameters(bucket, {"engine": engine})
    (definition,) = bucket.documents.values()
    assert [one["Name"] for one in definition["Steps"]] == [step, "Train", "Evaluate", "Gate"]
    prepare, train = definition["Steps"][:2]
    assert (prepare["Type"], train["DependsOn"]) == (type_, [step])
    assert prepare.get("SqsQueueUrl") == ("https://sqs/1/shop-callback" if engine == "glue" else None)


def test_the_queue_that_build_names_is_the_templates() -> None:
    variables = templates.properties("pipeline", "Build")["Environment"]["EnvironmentVariables"]
    (url,) = [one["Value"]["Fn::Sub"] for one in variables if one["Name"] == "CALLBACK_QUEUE_URL"]
    assert url.rpartition("/")[2] == templates.properties("callback", "Queue")["QueueName"]["Fn::Sub"]


def test_build_refuses_before_anything_else_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    document = sample.written() | {"train": TUNED}
    monkeypatch.setenv(orchestrators.VARIABLE, "sagemaker")
    assert [fault.path for fault in configuration.validate(document)] == ["$.train.tuning"]
    monkeypatch.setenv(orchestrators.VARIABLE, "stepfunctions")
    assert configuration.validate(document) == []
