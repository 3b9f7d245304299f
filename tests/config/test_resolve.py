"""config.resolve: what Build hands to the later stages."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from config import autogluon, configuration, dataset, deployed, deploying, image, requests, resolve

HEAD = "minutes,plan,churn\n1.5,basic,no\n"
CONFIGURATION: dict[str, Any] = {
    "dataset": {
        "uri": "config/data/shop.csv",
        "target": "churn",
        "columns": [{"name": "minutes", "type": "number"}, {"name": "plan", "type": "category"}],
    },
    "evaluate": {"positiveClass": "yes"},
}
ENVIRONMENT = {
    "AWS_REGION": "eu-west-1",
    "PREFIX": "shop",
    "COMMIT": "c0ffee",
    "DATA_VERSION": "0123456789abcdef",
    "ARTIFACT_BUCKET": "artifacts",
    "DATA_BUCKET": "data",
    "KEY_ARN": "key",
    "TRAINING_PARAMETERS": '{"Prefix": "shop"}',
    "TEST_PARAMETERS": '{"Prefix": "shop"}',
    "PRODUCTION_PARAMETERS": '{"Prefix": "shop", "MinCapacity": "2", "MaxCapacity": "4"}',
}


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What is put in S3, while everything else that is asked of AWS is answered."""
    documents: dict[str, Any] = {}

    def put_object(*, Key: str, Body: bytes, **rest: str) -> None:  # noqa: N803
        assert rest == {"Bucket": "artifacts", "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "key"}
        if not Key.endswith((".tar.gz", ".zip")):
            documents[Key] = json.loads(Body)

    monkeypatch.chdir(tmp_path)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    image.RESULT.parent.mkdir()
    image.RESULT.write_text("shop-images@sha256:1\n")
    monkeypatch.setattr(resolve, "boto3", SimpleNamespace(client=lambda _: SimpleNamespace(put_object=put_object)))
    monkeypatch.setattr(configuration, "load", lambda: CONFIGURATION)
    monkeypatch.setattr(dataset, "production_data", lambda *_: None)
    monkeypatch.setattr(dataset.DataSets, "head", lambda *_: HEAD)
    monkeypatch.setattr(deployed, "refuse_missing_log_role", lambda _: None)
    monkeypatch.setattr(deployed, "refuse_instance_type_change", lambda *_: None)
    monkeypatch.setattr(deploying, "check", lambda *_: None)
    monkeypatch.setattr(deployed, "drifted", lambda *_: [])
    monkeypatch.setattr(autogluon, "upload", lambda *_: "")
    return documents


def test_the_execution_is_all_that_the_state_machine_needs(kept: dict[str, Any]) -> None:
    resolve.main()
    execution = json.loads(resolve.EXECUTION.read_text())
    assert {key: execution[key] for key in ("commit", "dataVersion", "dataUri", "sourceUri", "image")} == {
        "commit": "c0ffee",
        "dataVersion": "0123456789abcdef",
        "dataUri": "s3://data/datasets/0123456789abcdef/",
        "sourceUri": "config/data/shop.csv",
        "image": "shop-images@sha256:1",
    }
    assert execution["config"]["train"]["hyperparameters"]["max_depth"] == 6
    assert execution["training"]["image"] == "shop-images@sha256:1"
    assert execution["preparation"]["code"].startswith("s3://artifacts/packages/jobs-")
    assert len(execution["trainingKey"]) == 32


def has(schema: dict[str, Any], names: list[str]) -> bool:
    """Whether a schema has a field, at any of its branches."""
    if not names:
        return True
    inner = schema.get("properties", {}).get(names[0])
    branches = [each for key in ("allOf", "anyOf", "oneOf") for each in schema.get(key, [])]
    branches += [schema[key] for key in ("then", "else") if key in schema]
    return (inner is not None and has(inner, names[1:])) or any(has(each, names) for each in branches)


def test_the_state_machine_reads_no_field_of_its_input_that_is_not_written(kept: dict[str, Any]) -> None:
    root = Path(__file__).parents[2]
    resolve.main()
    execution = json.loads(resolve.EXECUTION.read_text())
    schema = json.loads((root / "config" / "ml-pipeline.schema.json").read_text("utf-8"))
    read = re.findall(r"\$execution((?:\.\w+)+)", (root / "cf" / "training.asl.json").read_text("utf-8"))
    paths = {tuple(each.strip(".").split(".")) for each in read}
    assert {first for first, *_ in paths} <= set(execution)
    assert [rest for first, *rest in paths if first == "config" and not has(schema, rest)] == []
    assert len(paths) > 30


def test_the_execution_and_a_sample_are_kept_for_drops_and_smoke_calls(kept: dict[str, Any]) -> None:
    resolve.main()
    execution = json.loads(resolve.EXECUTION.read_text())
    rules = requests.rules(CONFIGURATION)
    assert kept == {
        "executions/c0ffee.json": execution,
        "executions/c0ffee.requests.json": rules,
        "executions/latest.json": execution,
        "executions/latest.requests.json": rules,
        "samples/c0ffee/0123456789abcdef.json": {"features": [{"minutes": 1.5, "plan": "basic"}]},
    }


def test_each_stack_gets_what_the_pipeline_knows_and_what_the_configuration_says(kept: dict[str, Any]) -> None:
    resolve.main()
    files = {path.name: json.loads(path.read_text())["Parameters"] for path in Path("build/output").iterdir()}
    assert files["training.parameters.json"] == {"Prefix": "shop", **autogluon.direct_parameters("eu-west-1")}
    assert files["test.parameters.json"]["InstanceCount"] == "1"
    production = files["production.parameters.json"]
    assert (production["Commit"], production["MaxCapacity"]) == ("c0ffee", "4")


def test_the_variables_of_the_pipeline_are_exported(kept: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deploying, "check", lambda *_: None)
    monkeypatch.setattr(deployed, "drifted", lambda *_: ["cf/pipeline.yaml"])
    resolve.main()
    assert resolve.VARIABLES.read_text().splitlines() == [
        "export SAMPLE_URI=s3://artifacts/samples/c0ffee/0123456789abcdef.json",
        "export NOTICE='Not deployed by a push, run `slipway launch`: cf/pipeline.yaml.'",
    ]


def test_the_definition_of_a_sagemaker_pipeline_is_kept_and_named_to_its_stack(
    kept: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORCHESTRATOR", "sagemaker")
    resolve.main()
    (key,) = [key for key in kept if key.startswith("packages/")]
    assert {step["Name"] for step in kept[key]["Steps"]} == {"Prepare", "Train", "Evaluate", "Gate"}
    written = json.loads(Path("build/output/training.parameters.json").read_text())["Parameters"]
    assert written["PipelineDefinitionKey"] == key
