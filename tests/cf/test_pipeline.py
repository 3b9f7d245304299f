"""The pipeline: its stages and actions, and the rules of AWS that shape them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.cf import templates

PIPELINE = templates.properties("pipeline", "Pipeline")
STAGES = {stage["Name"]: stage for stage in PIPELINE["Stages"]}
PROVIDERS = ["CodeCommit", "CodeStarSourceConnection", "S3"]


def actions(stage: str) -> dict[str, dict[str, Any]]:
    return {action["Name"]: action for action in STAGES[stage]["Actions"]}


def configuration(stage: str, action: str) -> dict[str, Any]:
    found: dict[str, Any] = actions(stage)[action]["Configuration"]
    return found


def test_the_stages_are_the_words_of_the_flow() -> None:
    assert list(STAGES) == ["Source", "Build", "Train", "Test", "Production"]


def test_runs_wait_for_each_other_so_that_what_was_approved_is_deployed() -> None:
    assert (PIPELINE["PipelineType"], PIPELINE["ExecutionMode"]) == ("V2", "QUEUED")


@pytest.mark.parametrize("index", range(3), ids=PROVIDERS)
def test_each_source_provider_has_its_action_on_a_condition(index: int) -> None:
    condition, action, otherwise = STAGES["Source"]["Actions"][index]["Fn::If"]
    assert action["ActionTypeId"]["Provider"] == PROVIDERS[index]
    assert (action["Namespace"], otherwise) == ("Source", {"Ref": "AWS::NoValue"})
    assert condition in templates.load("pipeline")["Conditions"]


@pytest.mark.parametrize("index", [0, 2], ids=["CodeCommit", "S3"])
def test_a_source_that_has_a_rule_is_not_polled(index: int) -> None:
    assert STAGES["Source"]["Actions"][index]["Fn::If"][1]["Configuration"]["PollForSourceChanges"] is False


def test_train_reads_one_file_as_its_input() -> None:
    train = configuration("Train", "Train")
    assert (train["InputType"], train["Input"]) == ("FilePath", "execution.json")
    assert actions("Train")["Train"]["InputArtifacts"] == [{"Name": "ExecutionInput"}]


def test_what_was_approved_is_checked_before_the_stage_ends() -> None:
    orders = {name: action["RunOrder"] for name, action in actions("Test").items()}
    assert orders == {"Stack": 1, "Smoke": 2, "Approve": 3, "Check": 4}


def test_a_refusal_is_no_failure_of_the_stage_that_rolls_back() -> None:
    assert "OnFailure" not in STAGES["Test"]
    told = [
        json.loads(configuration(*place)["UserParameters"]) for place in (("Test", "Check"), ("Production", "Promote"))
    ]
    assert [one.pop("step") for one in told] == ["check", "approve"]
    assert told[0] == told[1]


def test_the_approval_carries_metrics_report_and_notification() -> None:
    approve = configuration("Test", "Approve")
    assert approve["CustomData"].startswith("#{Outcome.Summary}")
    assert approve["ExternalEntityLink"] == "#{Outcome.ReportUrl}"
    assert approve["NotificationArn"] == {"Ref": "TopicArn"}


def test_a_failing_production_stage_rolls_back() -> None:
    assert STAGES["Production"]["OnFailure"] == {"Result": "ROLLBACK"}


def test_production_promotes_first_and_smoke_runs_beside_its_stack() -> None:
    orders = {name: action["RunOrder"] for name, action in actions("Production").items()}
    assert orders == {"Promote": 1, "Stack": 2, "Smoke": 2}


@pytest.mark.parametrize(
    ("stage", "mode"),
    [("Train", "REPLACE_ON_FAILURE"), ("Test", "REPLACE_ON_FAILURE"), ("Production", "CREATE_UPDATE")],
)
def test_only_production_is_never_replaced(stage: str, mode: str) -> None:
    assert configuration(stage, "Stack")["ActionMode"] == mode


@pytest.mark.parametrize("stage", ["Train", "Test", "Production"])
def test_a_stack_is_deployed_with_a_role_of_its_own(stage: str) -> None:
    role = configuration(stage, "Stack")["RoleArn"]
    assert role == {"Ref": {"Train": "TrainingRoleArn"}.get(stage, f"{stage}RoleArn")}


@pytest.mark.parametrize("stage", ["Test", "Production"])
def test_overrides_are_json_that_fits(stage: str) -> None:
    overrides = configuration(stage, "Stack")["ParameterOverrides"]
    assert set(json.loads(overrides)) <= {"ModelTemplate", "ModelDataUrl", "ModelPackageArn", "Run"}
    assert len(overrides) <= 1000


def test_every_variable_comes_from_an_action_before() -> None:
    namespaces = {"codepipeline", "variables"}
    for stage in PIPELINE["Stages"]:
        used = set(re.findall(r"#\{(\w+)\.", json.dumps(stage)))
        namespaces |= {
            (action["Fn::If"][1] if "Fn::If" in action else action).get("Namespace") for action in stage["Actions"]
        }
        assert used <= namespaces


@pytest.mark.parametrize("stack", ["training", "test", "production"])
def test_build_and_pipeline_together_give_every_parameter_that_a_stack_needs(stack: str) -> None:
    variables = templates.properties("pipeline", "Build")["Environment"]["EnvironmentVariables"]
    texts = {item["Name"]: item["Value"].get("Fn::Sub") for item in variables if isinstance(item["Value"], dict)}
    given = set(json.loads(texts[f"{stack.upper()}_PARAMETERS"]))
    declared = templates.load(stack)["Parameters"]
    needed = {name for name, parameter in declared.items() if "Default" not in parameter}
    at_run_time = {"ModelTemplate", "ModelDataUrl", "ModelPackageArn", "Run", "Commit", "DataUri", "DataVersion"}
    assert needed <= given | at_run_time
    assert given <= set(declared)


def test_the_build_has_its_rights_before_the_pipeline_starts_it() -> None:
    assert templates.load("pipeline")["Resources"]["Pipeline"]["DependsOn"] == "BuildPolicy"
