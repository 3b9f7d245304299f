"""A request's rules: one JSON Schema, which the state machine's JSONata and `slipway execute` read alike."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slipway import direct
from slipway.errors import BadInput, NotFound
from tests.cf import state_machine
from tests.slipway.stubs import Aws

ROOT = Path(__file__).parents[2]
SUBSTITUTIONS = {"DataBucket": "data", "ArtifactBucket": "artifacts"}
STATES = state_machine.load(ROOT / "cf/direct.asl.json", SUBSTITUTIONS)["States"]
RULES = STATES["Rules"]["Assign"]["rules"]
MACHINE = "arn:aws:states:us-east-1:111122223333:stateMachine:churn-direct"
EXECUTION = "arn:aws:states:us-east-1:111122223333:execution:churn-direct:1"
REQUEST: dict[str, Any] = {
    "Parameters": {
        "Flow": {"Train": True, "Evaluate": True, "Deploy": True},
        "PretrainedModel": {"Name": ""},
        "Train": {
            "TrainDataPath": "s3://data/direct/train.csv",
            "TestDataPath": "s3://artifacts/direct/test.csv",
            "TrainingOutput": "s3://artifacts/direct/out",
            "InstanceCount": 1,
            "InstanceType": "ml.m5.large",
            "FitArgs": json.dumps(json.dumps({"presets": "medium_quality"})),
            "InitArgs": json.dumps({"label": "churn"}),
        },
        "Evaluation": {"Threshold": 0.8, "Metric": "roc_auc"},
        "Deploy": {
            "InstanceCount": 2,
            "InstanceType": "ml.m5.large",
            "Mode": "endpoint",
            "BatchInputDataPath": "",
            "BatchOutputDataPath": "",
        },
    }
}


def described() -> dict[str, Any]:
    """DescribeStateMachine's answer."""
    definition = json.dumps({"States": STATES})
    return {
        "stateMachineArn": MACHINE,
        "name": "churn-direct",
        "definition": definition,
        "roleArn": "arn:aws:iam::111122223333:role/churn",
        "type": "STANDARD",
        "creationDate": 0,
    }


def by_the_state_machine(request: Any) -> list[str]:
    """The faults that the state machine's own states find."""
    variables: dict[str, Any] = {"rules": RULES}
    for name, variable in (("InitArgs", "initArgs"), ("FitArgs", "fitArgs")):
        branch = STATES[name]["Branches"][0]["States"][f"Decode {name}"]
        try:
            variables[variable] = state_machine.evaluate(branch["Output"], {}, {"input": request})
        except ValueError:
            variables[variable] = STATES[name]["Catch"][0]["Assign"][variable]
    found: list[str] = state_machine.evaluate(STATES["Validate"]["Assign"]["faults"], variables, {"input": request})
    return found


def changed(path: str, value: Any) -> dict[str, Any]:
    """The request with one field set, or taken out by `...`."""
    request = copy.deepcopy(REQUEST)
    *parents, name = path.split(".")
    place: dict[str, Any] = request
    for parent in parents:
        place = place[parent]
    if value is ...:
        del place[name]
    else:
        place[name] = value
    return request


def places(value: Any, path: str = "") -> list[str]:
    """The path of each field, at any depth."""
    if not isinstance(value, dict):
        return []
    inner = [(f"{path}.{name}" if path else name, item) for name, item in value.items()]
    return [found for place, item in inner for found in (place, *places(item, place))]


VALUES = st.one_of(
    st.just(...),
    st.none(),
    st.booleans(),
    st.integers(-3, 9),
    st.sampled_from([0.5, 1.0, 2.5]),
    st.sampled_from(["", "batch", "endpoint", "serverless", "m5.large", "ml.m5.large", "Roc", "f1", "-bad-"]),
    st.just("churn-7"),
    st.sampled_from(["s3://data/a", "s3://artifacts/direct/b", "s3://other/x", "s3://data/", "s3://artifacts/runs/a"]),
    st.sampled_from(["{}", '{"label": "y"}', '"{}"', '{"label": 1}', "[", "NaN", '"', "null", '"\\"a\\""']),
    st.just("arn:aws:sagemaker:eu-west-1:123456789012:model-package/g/1"),
    st.lists(st.sampled_from([1, "a", {"Train": True}]), max_size=2),
    st.dictionaries(st.sampled_from(["Train", "Name", "Other"]), st.sampled_from([True, False, "x", 1]), max_size=3),
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([*places(REQUEST), "Extra", "Parameters.Flow.Extra"]), VALUES), max_size=4),
    st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
def test_the_state_machine_and_the_schema_find_the_same_faults(
    changes: list[tuple[str, Any]], flags: tuple[bool, bool, bool]
) -> None:
    request = copy.deepcopy(REQUEST)
    request["Parameters"]["Flow"] = dict(zip(("Train", "Evaluate", "Deploy"), flags, strict=True))
    for path, value in changes:
        *parents, name = path.split(".")
        place: Any = request
        for parent in parents:
            place = place.get(parent) if isinstance(place, dict) else None
        if isinstance(place, dict):
            place.pop(name, None) if value is ... else place.__setitem__(name, value)
    assert by_the_state_machine(request) == direct.faults(request, RULES)


@pytest.mark.parametrize("request_", [None, [], "Parameters", 1, {}, {"Parameters": []}, {"Parameters": {"Flow": []}}])
def test_what_is_no_request_at_all_is_refused_alike(request_: Any) -> None:
    found = by_the_state_machine(request_)
    assert found == direct.faults(request_, RULES)
    assert len(found) == 1


def test_the_state_machine_has_the_schema_itself() -> None:
    text = (ROOT / "config/direct.schema.json").read_text(encoding="utf-8")
    schema = json.loads(text.replace("${DataBucket}", "data").replace("${ArtifactBucket}", "artifacts"))
    assert {name: rule for name, rule in schema.items() if name not in ("$schema", "$id", "title")} == RULES


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("Parameters.Flow.Deploy", ..., "missing; expected true or false, whether it is deployed"),
        ("Parameters.Flow.Train", "yes", 'expected true or false, whether a model is trained; found "yes"'),
        ("Parameters.Train.InstanceCount", 2, "expected 1, since AutoGluon trains on one instance; found 2"),
        ("Parameters.Evaluation", ..., "missing; expected an object, since Flow.Evaluate is true"),
        (
            "Parameters.Train.TrainingOutput",
            "s3://data/out",
            "expected an s3:// address below direct/ in the artifact bucket: where the model and its scores go; "
            'found "s3://data/out"',
        ),
    ],
)
def test_a_fault_names_the_field_what_was_expected_and_what_was_found(path: str, value: Any, sentence: str) -> None:
    assert direct.faults(changed(path, value), RULES) == [f"{path}: {sentence}"]


# BatchInputDataPath and BatchOutputDataPath are needed with Mode batch only, PretrainedModel without training.
NEEDED = [path for path in places(REQUEST) if "Batch" not in path and "Pretrained" not in path]


@pytest.mark.parametrize("path", NEEDED)
def test_a_field_that_is_missing_is_an_error_and_has_no_default(path: str) -> None:
    (fault,) = direct.faults(changed(path, ...), RULES)
    assert fault.startswith(f"{path}: missing; expected ")


@pytest.mark.parametrize("path", ["BatchInputDataPath", "BatchOutputDataPath"])
def test_a_batch_needs_both_of_its_places(path: str) -> None:
    batch = {"BatchInputDataPath": "s3://data/rows/", "BatchOutputDataPath": "s3://artifacts/direct/out"}
    request = changed("Parameters.Deploy.Mode", "batch")
    request["Parameters"]["Deploy"] |= batch
    assert direct.faults(request, RULES) == []
    del request["Parameters"]["Deploy"][path]
    (fault,) = direct.faults(request, RULES)
    assert fault.startswith(f"Parameters.Deploy.{path}: missing; expected an s3:// address")


def test_the_pretrained_model_is_needed_without_training_and_ignored_with_it() -> None:
    ignored = changed("Parameters.PretrainedModel.Name", 7)
    assert direct.faults(ignored, RULES) == []
    ignored["Parameters"]["Flow"] = {"Train": False, "Evaluate": False, "Deploy": True}
    assert [fault.split(":")[0] for fault in direct.faults(ignored, RULES)] == ["Parameters.PretrainedModel.Name"]
    del ignored["Parameters"]["PretrainedModel"]
    assert [fault.split(";")[0] for fault in direct.faults(ignored, RULES)] == ["Parameters.PretrainedModel: missing"]


@pytest.mark.parametrize("count", [1, 2, 9])
def test_as_many_instances_are_deployed_as_are_asked_for(count: int) -> None:
    assert direct.faults(changed("Parameters.Deploy.InstanceCount", count), RULES) == []


def test_json_encoded_once_or_twice_is_the_same_request() -> None:
    arguments = {"label": "churn"}
    for text in (json.dumps(arguments), json.dumps(json.dumps(arguments))):
        assert direct.faults(changed("Parameters.Train.InitArgs", text), RULES) == []


def test_a_part_that_the_flow_does_not_use_is_not_looked_at() -> None:
    request = changed("Parameters.Deploy", {"Anything": 1})
    request["Parameters"]["Flow"]["Deploy"] = False
    assert direct.faults(request, RULES) == []


def test_there_is_nothing_to_evaluate_without_training() -> None:
    request = changed("Parameters.Flow", {"Train": False, "Evaluate": True, "Deploy": False})
    assert [fault.split(";")[0] for fault in direct.faults(request, RULES)] == [
        "Parameters.Flow.Evaluate: expected false when Flow.Train is false, "
        "since the score is of the training's test data"
    ]


def training_stack(aws: Aws, **outputs: str) -> None:
    """Let the training stack be there, with these outputs."""
    listed = [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()]
    stack = {"StackName": "churn-training", "CreationTime": 0, "StackStatus": "CREATE_COMPLETE", "Outputs": listed}
    aws.answer("cloudformation.describe_stacks", {"Stacks": [stack]})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ('{"Parameters": {"Evaluation": {"Threshold": NaN}}}', "is not JSON: NaN is no JSON"),
        ("[" * 100_000, "is nested too deeply; expected an object of Parameters"),
    ],
)
def test_a_file_that_is_no_json_is_refused_with_its_name(text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "request.json"
    file.write_text(text)
    with pytest.raises(BadInput, match=rf"request\.json {message}"):
        direct.read(file)


def test_arguments_of_any_depth_are_a_fault() -> None:
    (fault,) = direct.faults(changed("Parameters.Train.FitArgs", '{"a":' * 100_000), RULES)
    assert fault.startswith("Parameters.Train.FitArgs: expected a JSON object as a text")


def test_an_install_without_the_flow_says_what_brings_it() -> None:
    aws = Aws()
    training_stack(aws, StateMachineArn="arn:of-the-training")
    with pytest.raises(NotFound, match="churn-training has no direct flow yet"):
        direct.execute(aws.install(), REQUEST)


def test_a_wrong_request_starts_no_execution() -> None:
    aws = Aws()
    training_stack(aws, DirectStateMachineArn=MACHINE)
    aws.answer("stepfunctions.describe_state_machine", described())
    with pytest.raises(BadInput, match=r"nothing was started:\n  Parameters.Flow.Train: missing"):
        direct.execute(aws.install(), changed("Parameters.Flow.Train", ...))
    aws.done()


def test_a_right_request_starts_one_whose_end_is_waited_for() -> None:
    aws = Aws()
    training_stack(aws, DirectStateMachineArn=MACHINE)
    aws.answer("stepfunctions.describe_state_machine", described())
    started = {"executionArn": EXECUTION, "startDate": 0}
    aws.answer("stepfunctions.start_execution", started, {"stateMachineArn": MACHINE, "input": json.dumps(REQUEST)})
    execution = direct.execute(aws.install(), REQUEST)
    ended = {"executionArn": EXECUTION, "stateMachineArn": MACHINE, "status": "SUCCEEDED", "startDate": 0}
    aws.answer("stepfunctions.describe_execution", ended | {"output": '{"Train": 1}'})
    assert direct.wait(aws.install(), execution).as_json() == {
        "executionArn": EXECUTION,
        "status": "SUCCEEDED",
        "output": {"Train": 1},
    }


def test_an_execution_that_fails_says_why() -> None:
    aws = Aws()
    ended = {"executionArn": EXECUTION, "stateMachineArn": MACHINE, "status": "FAILED", "startDate": 0}
    aws.answer("stepfunctions.describe_execution", ended | {"error": "Train", "cause": "Train: no rows"})
    with pytest.raises(direct.ExecutionFailed, match="has the status FAILED: Train: no rows"):
        direct.wait(aws.install(), direct.Execution(EXECUTION))
