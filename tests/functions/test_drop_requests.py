"""functions/drop: a training request and endpoint settings start a run with them, or are told what is wrong."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config import configuration, requests
from tests import sample
from tests.functions.stubs import Bucket, Pipeline, Topic

RULES = requests.rules(sample.written())
TRAINING: dict[str, Any] = {
    "AlgorithmSpecification": {"TrainingInputMode": "File"},
    "ResourceConfig": {"InstanceType": "ml.m5.2xlarge", "InstanceCount": 2, "VolumeSizeInGB": 40},
    "HyperParameters": {"max_depth": "3", "eta": "0.2", "class_weight": "balanced"},
    "StoppingCondition": {"MaxRuntimeInSeconds": 900, "MaxWaitTimeInSeconds": 1800},
    "EnableManagedSpotTraining": True,
    "InputDataConfig": [],
    "Tags": [],
}
DEPLOYMENT: dict[str, Any] = {
    "DevelopmentEndpoint": {
        "InferenceMonitoring": False,
        "InferenceMonitoringSampling": 100,
        "ABTests": False,
        "InstanceType": "ml.t2.large",
        "InitialInstanceCount": 1,
        "AutoScaling": None,
    },
    "ProductionEndpoint": {
        "InferenceMonitoring": True,
        "InferenceMonitoringSampling": 50,
        "InstanceType": "ml.c5.large",
        "InitialInstanceCount": 2,
        "InitialVariantWeight": 1.0,
        "AutoScaling": {
            "MinCapacity": 2,
            "MaxCapacity": 10,
            "TargetValue": 200.0,
            "ScaleInCooldown": 30,
            "ScaleOutCooldown": 60,
            "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance",
        },
    },
}
ASKED = {
    "train": {
        "instanceType": "ml.m5.2xlarge",
        "instanceCount": 2,
        "volumeSizeInGB": 40,
        "hyperparameters": {"max_depth": 3, "eta": 0.2, "class_weight": "balanced"},
        "maxRuntimeInSeconds": 900,
        "spot": {"maxWaitInSeconds": 1800, "enabled": True},
    },
    "serving": {
        "test": {"dataCapturePercentage": 0, "instanceType": "ml.t2.large", "instanceCount": 1},
        "production": {
            "dataCapturePercentage": 50,
            "instanceType": "ml.c5.large",
            "autoscaling": {
                "minCapacity": 2,
                "maxCapacity": 10,
                "invocationsPerInstance": 200.0,
                "scaleInCooldownInSeconds": 30,
                "scaleOutCooldownInSeconds": 60,
            },
        },
    },
}


@pytest.fixture
def drop(load: Callable[..., ModuleType], monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = load(
        "drop",
        ARTIFACT_BUCKET="artifacts",
        DATA_BUCKET="data",
        DATA_PARAMETER="/shop/production/data",
        KEY_ARN="key",
        PIPELINE="shop",
        SOURCE_REVISION_TYPE="COMMIT_ID",
        TOPIC_ARN="topic",
    )
    bucket = Bucket({"executions/c1.requests.json": json.dumps(RULES).encode()})
    monkeypatch.setattr(module.inbox, "S3", bucket)
    monkeypatch.setattr(module.runs, "CODEPIPELINE", Pipeline())
    monkeypatch.setattr(module, "SNS", Topic())
    monkeypatch.setattr(module.runs, "production_commit", lambda: "c1")
    return module


def arrive(drop: ModuleType, files: dict[str, bytes], folder: str = "incoming/june/") -> None:
    for name, content in files.items():
        drop.inbox.S3.drop(f"{folder}{name}", content)
        drop.act({"source": "aws.s3", "detail": {"object": {"key": f"{folder}{name}"}}})


def both(training: Any = TRAINING, deployment: Any = DEPLOYMENT) -> dict[str, bytes]:
    return {"trainingjob.json": json.dumps(training).encode(), "deployment.json": json.dumps(deployment).encode()}


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> dict[str, bytes]:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return {"june.zip": buffer.getvalue()}


def kept(drop: ModuleType) -> Any:
    (key,) = [key for key in drop.inbox.S3.objects if key.startswith("requests/")]
    return drop.inbox.S3.document(key)


def reasons(drop: ModuleType) -> list[str]:
    """Why the only request was rejected."""
    (key,) = [key for key in drop.inbox.S3.objects if key.endswith("/reason.json")]
    assert drop.runs.CODEPIPELINE.started == []
    assert not [key for key in drop.inbox.S3.objects if key.startswith("incoming/")]
    found: list[str] = drop.inbox.S3.document(key)["reasons"]
    return found


@pytest.mark.parametrize(
    ("files", "folder"),
    [(both(), "incoming/june/"), (both(), "incoming/"), (zipped(both()), "incoming/")],
    ids=["a folder", "the inbox itself", "a zip"],
)
def test_a_request_starts_a_run_with_what_it_asks_for(drop: ModuleType, files: dict[str, bytes], folder: str) -> None:
    arrive(drop, files, folder)
    assert kept(drop) == ASKED
    (started,) = drop.runs.CODEPIPELINE.started
    (name,) = [key for key in drop.inbox.S3.objects if key.startswith("requests/")]
    assert started["variables"] == [{"name": "Request", "value": name[len("requests/") : -len(".json")]}]
    assert started["sourceRevisions"][0]["revisionValue"] == "c1"
    assert not [key for key in drop.inbox.S3.objects if key.startswith("incoming/")]


def test_what_is_asked_for_is_a_configuration_that_build_takes(drop: ModuleType) -> None:
    arrive(drop, both())
    assert configuration.validate(requests.lay_over(sample.written(), kept(drop))) == []


def test_one_of_the_two_files_waits_for_the_other(drop: ModuleType) -> None:
    files = both()
    arrive(drop, {"trainingjob.json": files["trainingjob.json"]})
    assert drop.runs.CODEPIPELINE.started == []
    arrive(drop, {"deployment.json": files["deployment.json"]})
    assert len(drop.runs.CODEPIPELINE.started) == 1


def test_the_same_event_twice_is_one_run_and_the_same_request_again_is_another(drop: ModuleType) -> None:
    pipeline = drop.runs.CODEPIPELINE
    pipeline.crashes = True
    with pytest.raises(ConnectionError):
        arrive(drop, zipped(both()), "incoming/")
    pipeline.crashes = False
    event = {"source": "aws.s3", "detail": {"object": {"key": "incoming/june.zip"}}}
    drop.act(event)
    drop.act(event)
    arrive(drop, zipped(both()), "incoming/")
    tokens = [run["clientRequestToken"] for run in pipeline.started]
    assert len(tokens) == len(set(tokens)) == 2


def test_new_data_does_not_wait_for_the_run_of_a_request(drop: ModuleType) -> None:
    arrive(drop, both())
    assert drop.runs.data_runs() == {}


def test_without_autoscaling_production_has_as_many_instances_as_it_begins_with(drop: ModuleType) -> None:
    arrive(drop, both({}, {"ProductionEndpoint": {"InitialInstanceCount": 3, "AutoScaling": None}}))
    assert kept(drop) == {"serving": {"production": {"autoscaling": {"minCapacity": 3, "maxCapacity": 3}}}}


@pytest.mark.parametrize(
    ("training", "expected"),
    [
        (
            {"TrainingJobName": "iris"},
            "TrainingJobName is refused: the run names and places what it makes; leave it out",
        ),
        ({"RoleArn": "arn:x"}, "RoleArn is refused: jobs have the training stack's role; leave it out"),
        ({"InputDataConfig": [{"ChannelName": "train"}]}, "InputDataConfig is refused: a run trains on the data set"),
        (
            {"AlgorithmSpecification": {"TrainingImage": "x"}},
            "AlgorithmSpecification.TrainingImage is refused: train.engine and train.algorithm of the configuration",
        ),
        (
            {"AlgorithmSpecification": {"TrainingInputMode": "Pipe"}},
            'AlgorithmSpecification.TrainingInputMode: found "Pipe"; allowed: "File"',
        ),
        ({"HyperParameters": {"max_depth": "500"}}, "HyperParameters.max_depth: found 500; allowed: 20 or less"),
        ({"HyperParameters": {"max_depth": "3.5"}}, "HyperParameters.max_depth: found 3.5; allowed: a whole number"),
        (
            {"HyperParameters": {"max_depth": "deep"}},
            'HyperParameters.max_depth: found "deep"; allowed: a whole number',
        ),
        ({"HyperParameters": {"eta": "0"}}, "HyperParameters.eta: found 0; allowed: more than 0"),
        (
            {"HyperParameters": {"eta": 0.1}},
            "HyperParameters.eta: expected a text, as CreateTrainingJob takes it, found 0.1",
        ),
        (
            {"HyperParameters": {"max_dept": "3"}},
            "HyperParameters.max_dept is no hyperparameter of this configuration; did you mean max_depth?",
        ),
        ({"HyperParameters": ["max_depth"]}, "HyperParameters: expected an object, found"),
        (
            {"HyperParameters": {"class_weight": "heavy"}},
            'HyperParameters.class_weight: found "heavy"; allowed: none, balanced',
        ),
        ({"ResourceConfig": {"InstanceCount": 0}}, "ResourceConfig.InstanceCount: found 0; allowed: 1 or more"),
        (
            {"ResourceConfig": {"InstanceCount": True}},
            "ResourceConfig.InstanceCount: found true; allowed: a whole number",
        ),
        (
            {"ResourceConfig": {"InstanceType": "ml.m5.extralarge"}},
            'ResourceConfig.InstanceType: found "ml.m5.extralarge"; allowed: ml.m5.xlarge, ',
        ),
        (
            {"ResourceConfig": {"InstanceTyp": "x"}},
            "ResourceConfig.InstanceTyp is no field of it; did you mean Resource",
        ),
        ({"ResourceConfig": 7}, "ResourceConfig: expected an object, found 7"),
        (
            {"StoppingCondition": {"MaxRuntimeInSeconds": 5}},
            "StoppingCondition.MaxRuntimeInSeconds: found 5; allowed: 60",
        ),
        (
            {"EnableManagedSpotTraining": True, "StoppingCondition": {"MaxRuntimeInSeconds": 9000}},
            "MaxWaitTimeInSeconds 7200 is less than MaxRuntimeInSeconds 9000",
        ),
        ({"VpcConfig": {"Subnets": []}}, "VpcConfig is refused: the bundle does not use it"),
    ],
)
def test_a_wrong_training_request_is_told_by_field(drop: ModuleType, training: dict[str, Any], expected: str) -> None:
    arrive(drop, both(training))
    (found,) = reasons(drop)
    assert found.startswith(f"trainingjob.json: {expected}")
    assert found in drop.SNS.messages[0]
    assert drop.SNS.messages[0].startswith("A request was rejected: s3://data/rejected/")


@pytest.mark.parametrize(
    ("deployment", "expected"),
    [
        ({"EndpointPrefix": "iris"}, "EndpointPrefix is refused: endpoints are named by the root stack; leave it out"),
        (
            {"DevelopmentEndpoint": {"AutoScaling": {"MinCapacity": 1}}},
            "DevelopmentEndpoint.AutoScaling is refused: the test endpoint is not scaled; set InitialInstanceCount",
        ),
        (
            {"ProductionEndpoint": {"InitialVariantWeight": 0.1}},
            "ProductionEndpoint.InitialVariantWeight: found 0.1; allowed: 1: each endpoint has one variant; two share",
        ),
        (
            {"ProductionEndpoint": {"ABTests": True}},
            "ProductionEndpoint.ABTests: found true; allowed: false: each endpoint",
        ),
        (
            {"ProductionEndpoint": {"InferenceMonitoringSampling": 101}},
            "ProductionEndpoint.InferenceMonitoringSampling: found 101; allowed: 100 or less",
        ),
        (
            {"DevelopmentEndpoint": {"InferenceMonitoring": "yes"}},
            'DevelopmentEndpoint.InferenceMonitoring: found "yes"; allowed: true or false',
        ),
        (
            {"ProductionEndpoint": {"InferenceMonitoringOutputBucket": "s3://x/y"}},
            "ProductionEndpoint.InferenceMonitoringOutputBucket is refused: captured data is in the artifact bucket",
        ),
        (
            {"ProductionEndpoint": {"AutoScaling": {"MinCapacity": 4, "MaxCapacity": 2}}},
            "ProductionEndpoint.AutoScaling: MaxCapacity 2 is less than MinCapacity 4",
        ),
        (
            {"ProductionEndpoint": {"AutoScaling": {"TargetValue": 0}}},
            "ProductionEndpoint.AutoScaling.TargetValue: found 0; allowed: 1 or more",
        ),
        (
            {"ProductionEndpoint": {"AutoScaling": {"PredefinedMetricType": "CPU"}}},
            'ProductionEndpoint.AutoScaling.PredefinedMetricType: found "CPU"; allowed: "SageMakerVariantInvocations',
        ),
        (
            {"ProductionEndpoint": {"InitialInstanceCount": 3, "AutoScaling": {"MinCapacity": 2}}},
            "ProductionEndpoint.InitialInstanceCount: found 3; allowed: 2, as ProductionEndpoint.AutoScaling.MinC",
        ),
        ({"StagingEndpoint": {}}, "StagingEndpoint is no field of it"),
    ],
)
def test_wrong_endpoint_settings_are_told_by_field(drop: ModuleType, deployment: dict[str, Any], expected: str) -> None:
    arrive(drop, both(deployment=deployment))
    (found,) = reasons(drop)
    assert found.startswith(f"deployment.json: {expected}")


def test_a_setting_without_use_in_the_commits_mode_is_refused_with_the_reason(drop: ModuleType) -> None:
    written = sample.written()
    serverless = {**written, "deploy": {"mode": "serverless"}, "serving": {}}
    drop.inbox.S3.objects["executions/c1.requests.json"] = json.dumps(requests.rules(serverless)).encode()
    arrive(drop, both({}, {"ProductionEndpoint": {"InstanceType": "ml.c5.large"}}))
    assert reasons(drop) == [
        'deployment.json: ProductionEndpoint.InstanceType: found "ml.c5.large"; allowed: nothing with deploy.mode'
        " serverless: a serverless endpoint has no instances"
    ]


def test_every_fault_is_told_at_once(drop: ModuleType) -> None:
    arrive(drop, both({"RoleArn": "x", "Tags": [{"Key": "a"}]}, {"EndpointPrefix": "p"}))
    assert [reason.split(" is refused")[0] for reason in reasons(drop)] == [
        "trainingjob.json: RoleArn",
        "trainingjob.json: Tags",
        "deployment.json: EndpointPrefix",
    ]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (zipped({"trainingjob.json": b"{}"}), "expected deployment.json and trainingjob.json, found trainingjob.json"),
        (zipped({**both(), "data.csv": b"a"}), "expected deployment.json and trainingjob.json, found data.csv, deploy"),
        ({"june.zip": b"PK no zip"}, "expected a zip that can be read: File is not a zip file"),
        (zipped({**both(), "deployment.json": b" " * 300_000}), "deployment.json has more than 262,144 bytes"),
        ({"june.zip": b" " * 300_000}, "the zip has more than 262,144 bytes"),
        (
            zipped({**both(), "deployment.json": b'{\n"a" 1}'}),
            "deployment.json, line 2, column 5: not JSON: Expecting ':'",
        ),
        (zipped({**both(), "deployment.json": b"[1]"}), "deployment.json: expected an object, found [1]"),
        (zipped({**both(), "deployment.json": b"\xff\xfe\xfa"}), "deployment.json cannot be read as JSON in UTF-8"),
        (
            zipped({**both(), "deployment.json": b'{"a": ' + b"9" * 5000 + b"}"}),
            "deployment.json cannot be read as JSON in UTF-8: Exceeds the limit",
        ),
        (
            zipped({**both(), "deployment.json": b'{"a": NaN}'}),
            "deployment.json cannot be read as JSON in UTF-8: NaN is no number of JSON",
        ),
        (
            zipped({**both(), "deployment.json": b'{"\\ud800": 1}'}),
            "deployment.json cannot be read as JSON in UTF-8: 'utf-8' codec can't encode",
        ),
        (
            zipped({**both(), "deployment.json": b'{"a": 1, "a": 2}'}),
            "deployment.json cannot be read as JSON in UTF-8: 'a' stands twice",
        ),
        (
            zipped({**both(), "deployment.json": b'{"a": ' + b"[" * 900 + b"]" * 900 + b"}"}),
            "deployment.json cannot be read as JSON in UTF-8: it has more than 20 levels",
        ),
        (
            zipped(both(), zipfile.ZIP_LZMA),
            "expected a zip whose files are stored or deflated, found another compression",
        ),
        (zipped(both({}, {})), "the request sets nothing; expected at least one setting"),
    ],
)
def test_what_is_no_request_is_told_what_is_expected(drop: ModuleType, files: dict[str, bytes], expected: str) -> None:
    arrive(drop, files, "incoming/")
    (found,) = reasons(drop)
    assert found.startswith(expected)


def test_two_zips_of_one_folder_are_no_request(drop: ModuleType) -> None:
    arrive(drop, {"a.zip": zipped(both())["june.zip"], "b.zip": zipped(both())["june.zip"], "_SUCCESS": b""})
    assert reasons(drop) == ["expected deployment.json and trainingjob.json, found a.zip, b.zip"]


def test_a_file_that_is_twice_in_a_zip_is_refused(drop: ModuleType) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        for name, content in [*both().items(), *both().items()]:
            archive.writestr(name, content)
    arrive(drop, {"june.zip": buffer.getvalue()}, "incoming/")
    assert reasons(drop) == ["expected a zip that has each file once, found one of them twice"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(changes=st.lists(st.tuples(st.integers(0), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_zip_whose_bytes_were_changed_is_read_or_refused(drop: ModuleType, changes: list[tuple[int, int]]) -> None:
    content = bytearray(zipped(both())["june.zip"])
    for place, value in changes:
        content[place % len(content)] = value
    drop.inbox.S3.objects["incoming/a.zip"] = bytes(content)
    asked, faults = drop.request.resolve(drop.inbox.open_drop(["incoming/a.zip"]), RULES)
    assert bool(faults) != bool(asked)


def test_one_instance_may_be_written_with_a_point(drop: ModuleType) -> None:
    arrive(drop, both({"ResourceConfig": {"InstanceCount": 1.0}}))
    assert json.dumps(kept(drop)["train"]) == '{"instanceCount": 1}'


def test_any_number_of_faults_fits_a_message(drop: ModuleType) -> None:
    arrive(drop, both({**{f"{number}": 1 for number in range(1000)}, "x" * 100_000: 1}, {}))
    (message,) = drop.SNS.messages
    assert len(message) < 20_000
    assert reasons(drop)[-1] == "and 981 more"


def test_a_request_is_what_it_was_when_it_was_looked_at(drop: ModuleType) -> None:
    drop.inbox.S3.drop("incoming/june.zip", zipped(both())["june.zip"])
    found = drop.inbox.open_drop(["incoming/june.zip"])
    drop.inbox.S3.drop("incoming/june.zip", zipped(both({"EnableManagedSpotTraining": False}, {}))["june.zip"])
    assert drop.request.resolve(found, RULES) == (ASKED, [])


def test_data_beside_a_request_is_refused(drop: ModuleType) -> None:
    arrive(drop, {"trainingjob.json": b"{}", "new.csv": b"a,b", "_SUCCESS": b""})
    assert reasons(drop) == ["expected deployment.json and trainingjob.json, found new.csv, trainingjob.json"]


def test_an_install_that_does_not_know_requests_yet_says_so(drop: ModuleType) -> None:
    del drop.inbox.S3.objects["executions/c1.requests.json"]
    arrive(drop, both())
    assert reasons(drop)[0].startswith("the commit that production runs does not know requests yet")


NAMES = sorted(
    {part for document in (TRAINING, DEPLOYMENT) for part in json.dumps(document).split('"') if part.isidentifier()}
    | {"max_depth", "RoleArn", "any"}
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(training=st.dictionaries(st.sampled_from(NAMES), JSON), deployment=st.dictionaries(st.sampled_from(NAMES), JSON))
def test_whatever_is_asked_for_is_refused_or_is_what_build_takes(
    drop: ModuleType, training: dict[str, Any], deployment: dict[str, Any]
) -> None:
    drop.inbox.S3.objects["incoming/a.zip"] = zipped(both(training, deployment))["june.zip"]
    files = [drop.inbox.open_drop(["incoming/a.zip"])]
    asked, faults = drop.request.resolve(files[0], RULES)
    assert faults or configuration.validate(requests.lay_over(sample.written(), asked)) == []


def test_the_pages_examples_are_taken(drop: ModuleType) -> None:
    page = (Path(__file__).parents[2] / "docs/requests.md").read_text("utf-8")
    blocks = {
        name: page.split(f"`{name}`:\n\n")[1].split("\n\n")[0] for name in ("trainingjob.json", "deployment.json")
    }
    arrive(drop, {name: block.encode() for name, block in blocks.items()})
    assert kept(drop)["train"]["hyperparameters"] == {"max_depth": 3, "eta": 0.2}
    assert configuration.validate(requests.lay_over(sample.written(), kept(drop))) == []


def test_every_member_of_create_training_job_is_known(drop: ModuleType) -> None:
    model = boto3.Session(region_name="eu-west-1").client("sagemaker").meta.service_model
    request = model.operation_model("CreateTrainingJob").input_shape
    fields = drop.request.training_job.FIELDS
    known = {*fields.settings, *fields.only, *fields.refused, *fields.parts}
    parts = ("AlgorithmSpecification", "ResourceConfig", "StoppingCondition")
    members = {name for name in request.members if name not in parts}
    members |= {f"{part}.{name}" for part in parts for name in request.members[part].members}
    assert members - known == set()
