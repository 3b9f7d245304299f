"""Definitions that SageMaker, or this engine, refuses as a whole, each with its reason."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import slipway.engine.services.sagemaker  # noqa: F401 - its operations say which jobs are executed
from slipway.engine.errors import AwsError
from slipway.engine.services.sagemaker.pipelines.definition import parse
from tests.engine.services.sagemaker.pipelines.support import (
    compare,
    condition,
    definition,
    fail,
    get,
    join,
    processing,
    step,
    training,
)

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/define-pipeline.html")

MADE = "Unable to parse pipeline definition. "
A = processing("A")


def without(body: dict[str, Any], *path: str) -> dict[str, Any]:
    """A copy without the member at `path`."""
    copy: dict[str, Any] = json.loads(json.dumps(body))
    inner = copy
    for part in path[:-1]:
        inner = inner[part]
    del inner[path[-1]]
    return copy


def merged(body: dict[str, Any], **arguments: Any) -> dict[str, Any]:
    """A copy with other arguments."""
    return {**body, "Arguments": {**body["Arguments"], **arguments}}


def parameter(**members: Any) -> str:
    return definition(A, parameters=[{"Name": "P", **members}])


def referring(text: str, *steps: dict[str, Any], **more: Any) -> str:
    return definition(*steps, fail("Says", get(text)), **more)


def test_no_tracking_by_mlflow_is_null_as_the_sdk_writes_it() -> None:
    assert set(parse(definition(A, MlflowConfig=None)).steps) == {"A"}


def test_steps_of_branches_wait_for_their_condition_and_for_what_they_refer_to() -> None:
    train = training("B", get("Steps.A.ProcessingOutputConfig.Outputs['words'].S3Output.S3Uri"))
    found = parse(
        definition(
            A,
            condition("C", compare("Equals", 1, 1), then=[train], other=[fail("D")]),
            processing("E", DependsOn=["B"]),
        )
    )
    assert {name: set(one.needs) for name, one in found.steps.items()} == {
        "A": set(),
        "C": set(),
        "B": {"A", "C"},
        "D": {"C"},
        "E": {"B"},
    }
    assert (found.steps["D"].branch, found.steps["E"].branch) == (type(found.steps["B"].branch)("C", False), None)


@pytest.fixture
def usual_limit() -> Iterator[None]:
    """Python's own limit of recursion; the JSONata library raises it for the process that imports it."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1_000)
    yield
    sys.setrecursionlimit(before)


@pytest.mark.usefixtures("usual_limit")
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("{", "It is not valid JSON: ", id="no JSON"),
        pytest.param("[]", "Expecting start of Json Object.", id="no object"),
        pytest.param('{"Version": "2021-01-01"}', "Version must be '2020-12-01', and is \"2021-01-01\".", id="version"),
        pytest.param(definition(A, Stages=[]), "Unknown member 'Stages'.", id="an unknown member"),
        pytest.param(definition(), "Steps must be a list of at least one step.", id="no steps"),
        pytest.param(definition(step("a b", "Fail")), "Steps[0] must have a Name of the form", id="a bad name"),
        pytest.param(definition(A, A), "Duplicate step name 'A'.", id="two of one name"),
        pytest.param(
            definition(condition("C", then=[A], other=[A])), "Duplicate step name 'A'.", id="one step in both branches"
        ),
        pytest.param(
            definition(step("X", "Magic")), "Step 'X' has Type \"Magic\", which must be one of [", id="a type"
        ),
        pytest.param(
            definition({**A, "FunctionArn": "x"}),
            "of Type Processing has an unknown member 'FunctionArn'.",
            id="a member",
        ),
        pytest.param(
            definition(without(A, "Arguments")), "Step 'A' must have Arguments, an object.", id="no arguments"
        ),
        pytest.param(
            definition(without(A, "Arguments", "AppSpecification")),
            "Model Validation failed: Missing required Argument member 'AppSpecification'",
            id="a required argument",
        ),
        pytest.param(
            definition(merged(A, Colour="red")), "Unknown Argument member 'Colour'.", id="an unknown argument"
        ),
        pytest.param(
            definition(merged(A, ProcessingInputs=get("Parameters.P"))), "Expecting start of Json Array.", id="a list"
        ),
        pytest.param(
            definition(merged(A, RoleArn=5)), "Value 5 for 'RoleArn' must be a string", id="a number for a text"
        ),
        pytest.param(
            definition(step("M", "Model", {"ModelName": "mine", "ExecutionRoleArn": "role"})),
            "Unknown Argument member 'ModelName'.",
            id="a model's name",
        ),
        pytest.param(
            definition(
                merged(
                    A,
                    ProcessingInputs=[
                        {
                            "InputName": "i",
                            "S3Input": {"S3Uri": "s3://b", "S3InputMode": "FastFile", "S3DataType": "S3Prefix"},
                        }
                    ],
                )
            ),
            "Value 'FastFile' for 'ProcessingS3InputMode' failed to satisfy enum value set: [Pipe, File]",
            id="a value of an enumeration",
        ),
        pytest.param(
            definition({**A, "DependsOn": ["B"]}), "refers to step 'B', which is not defined.", id="DependsOn"
        ),
        pytest.param(
            definition({**A, "DependsOn": ["B"]}, processing("B", DependsOn=["A"])),
            "Cyclic dependency between the steps [A, B].",
            id="a cycle",
        ),
        pytest.param(
            definition(processing("B", DependsOn=["Stop"]), fail("Stop")),
            "other steps cannot refer to a Fail step.",
            id="after a Fail step",
        ),
        pytest.param(
            definition(condition("C", then=[condition("D")])),
            "a condition step cannot be in a branch of another one.",
            id="nested conditions",
        ),
        pytest.param(
            definition(condition("C", then=[A], other=[processing("B", DependsOn=["A"])])),
            "Step 'B' refers to step 'A', which is in the other branch of 'C'.",
            id="across branches",
        ),
        pytest.param(
            definition(condition("C", {"Type": "NotEquals", "LeftValue": 1, "RightValue": 2})),
            "condition Type 'NotEquals' must be one of [Equals, ",
            id="a condition's type",
        ),
        pytest.param(
            definition(condition("C", {"Type": "In", "Value": 1, "In": [1]})),
            "a condition of Type In must have QueryValue, Type, Values.",
            id="a condition's members",
        ),
        pytest.param(referring("Parameters.P", A), "Unknown parameter reference: Parameters.P.", id="a parameter"),
        pytest.param(referring("Steps.B.X", A), "refers to step 'B', which is not defined.", id="a step"),
        pytest.param(
            referring("Steps.A.ProcessingOutput.Outputs['x']", A),
            "Unknown property reference: Steps.A.ProcessingOutput.Outputs['x'].",
            id="a property",
        ),
        pytest.param(referring("Steps.A.PropertyFiles.R", A), "Unknown property reference", id="a property file"),
        pytest.param(referring("Steps.A['x", A), "Invalid property reference in Get: Steps.A['x.", id="a path"),
        pytest.param(referring("Execution.Owner", A), "Unknown reference in Get: Execution.Owner.", id="a variable"),
        pytest.param(
            definition({**A, "PropertyFiles": [{"PropertyFileName": "R", "OutputName": "no", "FilePath": "r.json"}]}),
            "names the output 'no', which the step does not have.",
            id="a property file's output",
        ),
        pytest.param(
            definition(fail("F", {"Std:Join": {"On": 1, "Values": []}})), "Std:Join must have On", id="a join"
        ),
        pytest.param(
            definition(fail("F", {"Std:JsonGet": {"Path": "a"}})), "Std:JsonGet must have either a Prop", id="a JsonGet"
        ),
        pytest.param(
            definition(step("L", "Lambda", {})),
            "Step 'L' must have FunctionArn.",
            id="a Lambda step without a function",
        ),
        pytest.param(
            definition({**A, "CacheConfig": {"Enabled": True}}),
            "an enabled CacheConfig must have ExpireAfter, an ISO 8601 duration.",
            id="a cache without a timeout",
        ),
        pytest.param(
            definition(
                {**A, "RetryPolicies": [{"ExceptionType": ["Step.THROTTLING"], "MaxAttempts": 1, "ExpireAfterMin": 1}]}
            ),
            "only one of MaxAttempts or ExpireAfterMin can be given",
            id="a retry policy with two ends",
        ),
        pytest.param(
            definition({**A, "RetryPolicies": [{"ExceptionType": ["Everything"]}]}),
            "ExceptionType of a retry policy must be a list of [Step.SERVICE_FAULT, ",
            id="a retry policy's exceptions",
        ),
        pytest.param(
            definition({**fail("F"), "RetryPolicies": []}),
            "unknown member 'RetryPolicies'.",
            id="a Fail step is not retried",
        ),
        pytest.param(
            parameter(Type="Date"), "Parameter 'P' has Type 'Date', which must be one of [", id="parameter type"
        ),
        pytest.param(
            parameter(Type=["String"]), "has Type '['String']', which must be", id="a parameter's type is a text"
        ),
        pytest.param(
            definition({**A, "Type": ["Processing"]}),
            """Step 'A' has Type ["Processing"], which must be a String.""",
            id="a step's type is a text",
        ),
        pytest.param(definition({**A, "PropertyFiles": 1}), "PropertyFiles must be a list.", id="property files"),
        pytest.param(
            definition({**A, "Type": "Lambda", "FunctionArn": "f", "OutputParameters": 1}),
            "OutputParameters must be a list.",
            id="output parameters",
        ),
        *[
            pytest.param(
                definition(fail("F", "@")).replace('"@"', "[" * levels + "]" * levels),
                "It is nested too deeply.",
                id=f"{levels} levels",
            )
            for levels in (1_000, 100_000)
        ],
        pytest.param(parameter(Type="Integer", DefaultValue="1"), "must be of Type Integer.", id="a default's type"),
        pytest.param(
            parameter(DefaultValue="c", EnumValues=["a", "b"]), "one of its EnumValues.", id="a default's value"
        ),
        pytest.param(parameter(Pattern="x"), "has an unknown member 'Pattern'.", id="a parameter's member"),
        pytest.param(
            definition(A, PipelineExperimentConfig={"TrialName": get("Steps.A.ProcessingJobName")}),
            "PipelineExperimentConfig cannot refer to a step",
            id="an experiment's name",
        ),
    ],
)
def test_a_definition_that_is_wrong_is_refused(text: str, reason: str) -> None:
    with pytest.raises(AwsError) as refusal:
        parse(text)
    assert refusal.value.code == "ValidationException"
    assert refusal.value.message.startswith(MADE)
    assert reason in refusal.value.message


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        *[
            pytest.param(definition(step("X", kind)), f"Step 'X': a step of Type {kind}", id=kind)
            for kind in ("AutoML", "EMR", "ClarifyCheck", "QualityCheck", "EndpointConfig", "Endpoint", "NotebookJob")
        ],
        pytest.param(definition(A, MlflowConfig={}), "MlflowConfig: MLflow", id="MLflow"),
        pytest.param(referring("Loop.Index", A), "Get Loop.Index: a loop", id="a loop"),
        pytest.param(
            definition(merged(A, ProcessingJobName="mine")),
            "Step 'A': Arguments.ProcessingJobName, a prefix of job names,",
            id="a prefix of names",
        ),
        pytest.param(
            definition(merged(training("T"), DebugHookConfig={"S3OutputPath": "s3://b/debug"})),
            "Step 'T': Arguments.DebugHookConfig",
            id="what the step's own operation refuses",
        ),
        pytest.param(
            definition(step("L", "Lambda", FunctionArn="f", CacheConfig={"Enabled": True, "ExpireAfter": "1d"})),
            "Step 'L': CacheConfig of a step of Type Lambda",
            id="a cached function",
        ),
    ],
)
def test_what_is_not_executed_is_refused_by_name(text: str, reason: str) -> None:
    with pytest.raises(AwsError) as refusal:
        parse(text)
    assert refusal.value.code == "UnsupportedOperation"
    assert refusal.value.message == f"CreatePipeline: {reason} is not executed by this engine"


def test_joins_may_hold_references_that_are_checked_too() -> None:
    with pytest.raises(AwsError, match=r"Unknown parameter reference: Parameters\.Nowhere"):
        parse(definition(fail("F", join("a", join(get("Parameters.Nowhere"))))))
