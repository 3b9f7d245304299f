"""Which declarations are refused, and with which words."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from slipway.engine.errors import AwsError
from slipway.engine.services.codepipeline.declaration import check_declaration

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html"
)

REGION = "us-east-1"
Pipeline = dict[str, Any]


def action(category: str, provider: str, name: str = "", **members: Any) -> dict[str, Any]:
    type_id = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": name or provider, "actionTypeId": type_id, "configuration": {}, **members}


def pipeline() -> Pipeline:
    """A pipeline with nothing wrong."""
    source = action(
        "Source",
        "CodeCommit",
        namespace="Source",
        configuration={"RepositoryName": "r", "BranchName": "b", "PollForSourceChanges": "false"},
        outputArtifacts=[{"name": "Code"}],
    )
    build = action(
        "Build",
        "CodeBuild",
        namespace="Build",
        configuration={"ProjectName": "p"},
        inputArtifacts=[{"name": "Code"}],
        outputArtifacts=[{"name": "Built"}],
    )
    deploy = action(
        "Deploy",
        "CloudFormation",
        configuration={
            "ActionMode": "CREATE_UPDATE",
            "StackName": "s",
            "RoleArn": "arn",
            "TemplatePath": "Built::t.yaml",
            "ParameterOverrides": '{"Commit": "#{Source.CommitId}"}',
        },
        inputArtifacts=[{"name": "Built"}],
    )
    return {
        "name": "pipeline",
        "roleArn": "arn:aws:iam::111122223333:role/pipeline",
        "pipelineType": "V2",
        "executionMode": "QUEUED",
        "artifactStore": {"type": "S3", "location": "bucket"},
        "stages": [
            {"name": "Source", "actions": [source]},
            {"name": "Build", "actions": [build]},
            {"name": "Deploy", "actions": [deploy]},
        ],
    }


def edited(edit: Callable[[Pipeline], Any]) -> Pipeline:
    declared = copy.deepcopy(pipeline())
    edit(declared)
    return declared


def stage(declared: Pipeline, number: int) -> dict[str, Any]:
    found: dict[str, Any] = declared["stages"][number]
    return found


def first(declared: Pipeline, number: int) -> dict[str, Any]:
    found: dict[str, Any] = declared["stages"][number]["actions"][0]
    return found


def rule(**members: Any) -> dict[str, Any]:
    type_id = {"category": "Rule", "owner": "AWS", "provider": "VariableCheck", "version": "1"}
    configuration = {"Variable": "#{Source.CommitId}", "Value": "x", "Operator": "EQ"}
    return {"name": "Check", "ruleTypeId": type_id, "configuration": configuration, **members}


STRUCTURE = "InvalidStructureException"
STAGE = "InvalidStageDeclarationException"
ACTION = "InvalidActionDeclarationException"

REFUSED: dict[str, tuple[Callable[[Pipeline], Any], str, str]] = {
    "one stage": (
        lambda p: p["stages"].__delitem__(slice(1, 3)),
        STRUCTURE,
        "Pipeline has 1 stages. There should be between 2 and 50 stages",
    ),
    "two stages of one name": (
        lambda p: stage(p, 2).update(name="Build"),
        STAGE,
        "Stage names must be unique within the pipeline. Build is repeated",
    ),
    "two actions of one name": (
        lambda p: stage(p, 1)["actions"].append(first(p, 1)),
        ACTION,
        "Action names must be unique within stage Build. CodeBuild is repeated",
    ),
    "no action": (
        lambda p: stage(p, 1).update(actions=[]),
        STAGE,
        "Stage Build has 0 actions. There should be between 1 and 50",
    ),
    "no source first": (
        lambda p: p["stages"].reverse(),
        STRUCTURE,
        "Pipeline should start with a stage that only contains source actions",
    ),
    "a source later": (
        lambda p: stage(p, 1)["actions"].append(first(p, 0)),
        STRUCTURE,
        "Only the first stage may contain source actions; Build has CodeCommit",
    ),
    "no artifact store": (
        lambda p: p.pop("artifactStore"),
        STRUCTURE,
        "Pipeline must have either artifactStore or artifactStores, and not both",
    ),
    "another region's store": (
        lambda p: p.update(artifactStores={"eu-west-1": p.pop("artifactStore")}),
        STRUCTURE,
        "artifactStores must be for us-east-1 alone: this engine has no actions in other regions (eu-west-1)",
    ),
    "a queue in V1": (
        lambda p: p.update(pipelineType="V1"),
        STRUCTURE,
        "executionMode QUEUED is only available to pipelines of type V2",
    ),
    "variables in V1": (
        lambda p: p.update(pipelineType="V1", executionMode="SUPERSEDED", variables=[{"name": "a"}]),
        STRUCTURE,
        "variables is only available to pipelines of type V2",
    ),
    "triggers": (
        lambda p: p.update(triggers=[{"providerType": "CodeStarSourceConnection"}]),
        STRUCTURE,
        "Pipeline has triggers, which need a connection to a git host; this engine does not execute them",
    ),
    "a variable twice": (
        lambda p: p.update(variables=[{"name": "a"}, {"name": "a"}]),
        STRUCTURE,
        "Variable names must be unique within the pipeline. a is repeated",
    ),
    "an unknown provider": (
        lambda p: first(p, 1)["actionTypeId"].update(provider="Bakery"),
        ACTION,
        "Action CodeBuild in stage Build cannot be used: action type Build/Bakery is not executed by this engine",
    ),
    "a known provider of the wrong category": (
        lambda p: first(p, 1)["actionTypeId"].update(category="Deploy"),
        ACTION,
        "Action CodeBuild in stage Build cannot be used: action type Deploy/CodeBuild is not executed by this engine",
    ),
    "a connection": (
        lambda p: first(p, 0)["actionTypeId"].update(provider="CodeStarSourceConnection"),
        ACTION,
        "Action CodeCommit in stage Source cannot be used: action type Source/CodeStarSourceConnection is not executed "
        "by this engine: a connection needs its git host (GitHub, GitLab, Bitbucket); use CodeCommit or S3",
    ),
    "somebody else's action": (
        lambda p: first(p, 1)["actionTypeId"].update(owner="Custom"),
        ACTION,
        "Action CodeBuild in stage Build has the type (Category: 'Build', Provider: 'CodeBuild', Owner: 'Custom', "
        "Version: '1'), which is not available in region us-east-1",
    ),
    "another region": (
        lambda p: first(p, 1).update(region="eu-west-1"),
        ACTION,
        "Action CodeBuild in stage Build is in region eu-west-1: this engine has no actions in other regions",
    ),
    "a missing key": (
        lambda p: first(p, 1)["configuration"].pop("ProjectName"),
        ACTION,
        "Action configuration for action 'CodeBuild' in stage 'Build' is missing required configuration 'ProjectName'",
    ),
    "an unknown key": (
        lambda p: first(p, 1)["configuration"].update(Projekt="x"),
        ACTION,
        "Action configuration for action 'CodeBuild' in stage 'Build' contains unknown configuration 'Projekt'",
    ),
    "a value that is not allowed": (
        lambda p: first(p, 2)["configuration"].update(ActionMode="CREATE"),
        ACTION,
        "Action configuration for action 'CloudFormation' in stage 'Deploy' has 'ActionMode' set to 'CREATE'; allowed "
        "values are CREATE_UPDATE, REPLACE_ON_FAILURE, DELETE_ONLY, CHANGE_SET_REPLACE, CHANGE_SET_EXECUTE",
    ),
    "a key that its mode needs": (
        lambda p: first(p, 2)["configuration"].pop("RoleArn"),
        ACTION,
        "Action configuration for action 'CloudFormation' in stage 'Deploy' is missing required configuration "
        "'RoleArn', which ActionMode CREATE_UPDATE needs",
    ),
    "overrides that are too long": (
        lambda p: first(p, 2)["configuration"].update(ParameterOverrides=f'{{"a": "{"x" * 1000}"}}'),
        ACTION,
        "Action configuration for action 'CloudFormation' in stage 'Deploy' has a value of 1009 characters for "
        "'ParameterOverrides'; it must have 1 to 1000",
    ),
    "overrides that are not JSON": (
        lambda p: first(p, 2)["configuration"].update(ParameterOverrides="a: b"),
        ACTION,
        "Action configuration for action 'CloudFormation' in stage 'Deploy' has a value for 'ParameterOverrides' that "
        "is not valid JSON",
    ),
    "polling by default": (
        lambda p: first(p, 0)["configuration"].pop("PollForSourceChanges"),
        ACTION,
        "Action configuration for action 'CodeCommit' in stage 'Source' leaves out 'PollForSourceChanges', whose "
        "default 'true' this engine does not execute: set it to false and start the pipeline from an EventBridge rule "
        "on the repository",
    ),
    "an artifact that nobody makes": (
        lambda p: first(p, 2).update(inputArtifacts=[{"name": "Buildt"}]),
        ACTION,
        "Input Artifact Bundle Buildt in action CloudFormation of stage Deploy is not declared as Output Artifact "
        "Bundle in any of the preceding actions",
    ),
    "an artifact before it is made": (
        lambda p: first(p, 1).update(inputArtifacts=[{"name": "Built"}]),
        ACTION,
        "Input Artifact Bundle Built in action CodeBuild of stage Build is not declared as Output Artifact Bundle in "
        "any of the preceding actions",
    ),
    "an artifact made twice": (
        lambda p: first(p, 1).update(outputArtifacts=[{"name": "Code"}]),
        ACTION,
        "Output Artifact Bundle name must be unique within the pipeline. Code has been used more than once, by action "
        "CodeBuild in stage Build",
    ),
    "no input artifact": (
        lambda p: first(p, 1).update(inputArtifacts=[]),
        ACTION,
        "Action CodeBuild in stage Build has 0 input artifacts; it should have 1 to 5",
    ),
    "an artifact of an approval": (
        lambda p: stage(p, 1)["actions"].append(
            action("Approval", "Manual", outputArtifacts=[{"name": "A"}], runOrder=2)
        ),
        ACTION,
        "Action Manual in stage Build has 1 output artifacts; it should have 0 to 0",
    ),
    "a time-out of a build": (
        lambda p: first(p, 1).update(timeoutInMinutes=10),
        ACTION,
        "Action CodeBuild in stage Build has timeoutInMinutes, which only manual approval actions may have",
    ),
    "a namespace twice": (
        lambda p: first(p, 1).update(namespace="Source"),
        ACTION,
        "Namespace Source of action CodeBuild in stage Build is reserved or used twice",
    ),
    "a variable of nobody": (
        lambda p: first(p, 1)["configuration"].update(EnvironmentVariables="#{Sauce.CommitId}"),
        ACTION,
        "The configuration of action CodeBuild in stage Build refers to #{Sauce.CommitId}, which no preceding action "
        "or pipeline variable provides",
    ),
    "a variable of an action beside it": (
        lambda p: first(p, 1)["configuration"].update(EnvironmentVariables="#{Build.X}"),
        ACTION,
        "The configuration of action CodeBuild in stage Build refers to #{Build.X}, which no preceding action or "
        "pipeline variable provides",
    ),
    "a malformed reference": (
        lambda p: first(p, 1)["configuration"].update(EnvironmentVariables="#{CommitId}"),
        ACTION,
        "The configuration of action CodeBuild in stage Build has an invalid variable reference: #{CommitId}: valid "
        "format for a pipeline execution variable reference is a namespace and a key separated by a period (.)",
    ),
    "a rollback of the source": (
        lambda p: stage(p, 0).update(onFailure={"result": "ROLLBACK"}),
        STAGE,
        "Stage Source cannot have a result ROLLBACK: a source stage cannot be rolled back",
    ),
    "a rollback in PARALLEL mode": (
        lambda p: (p.update(executionMode="PARALLEL"), stage(p, 2).update(onFailure={"result": "ROLLBACK"})),
        STAGE,
        "Stage Deploy cannot have a result ROLLBACK: stage rollback is not available in PARALLEL mode",
    ),
    "a wrong result": (
        lambda p: stage(p, 2).update(beforeEntry={"conditions": [{"result": "RETRY", "rules": [rule()]}]}),
        STAGE,
        "Stage Deploy must have one of the results FAIL, SKIP in its beforeEntry condition",
    ),
    "an unknown rule": (
        lambda p: stage(p, 2).update(
            beforeEntry={
                "conditions": [
                    {
                        "result": "FAIL",
                        "rules": [rule(ruleTypeId={"category": "Rule", "provider": "DeploymentWindow"})],
                    }
                ]
            }
        ),
        STAGE,
        "Stage Deploy beforeEntry: rule 'Check' cannot be used: rule DeploymentWindow is not executed by this engine",
    ),
    "a rule without its key": (
        lambda p: stage(p, 2).update(
            onSuccess={"conditions": [{"result": "FAIL", "rules": [rule(configuration={"Value": "x"})]}]}
        ),
        STAGE,
        "Stage Deploy onSuccess: rule 'Check' is missing required configuration 'Variable'",
    ),
    "a retry that nothing asks for": (
        lambda p: stage(p, 2).update(
            onFailure={"result": "ROLLBACK", "retryConfiguration": {"retryMode": "ALL_ACTIONS"}}
        ),
        STAGE,
        "Stage Deploy has a retryConfiguration, and no onFailure result RETRY",
    ),
}


def test_a_pipeline_with_nothing_wrong_is_accepted() -> None:
    check_declaration(pipeline(), REGION)


def test_an_action_may_use_what_an_action_of_a_lower_run_order_made() -> None:
    def edit(declared: Pipeline) -> None:
        later = action(
            "Invoke",
            "Lambda",
            runOrder=2,
            configuration={"FunctionName": "f", "UserParameters": "#{Build.X}"},
            inputArtifacts=[{"name": "Built"}],
        )
        stage(declared, 1)["actions"].append(later)

    check_declaration(edited(edit), REGION)


@pytest.mark.parametrize("name", REFUSED)
def test_a_wrong_declaration_is_refused_by_name(name: str) -> None:
    edit, code, message = REFUSED[name]
    with pytest.raises(AwsError) as refused:
        check_declaration(edited(edit), REGION)
    assert (refused.value.code, refused.value.message) == (code, message)
