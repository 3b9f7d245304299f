"""Pipelines: structure, configuration by provider, artifacts and variables."""

from __future__ import annotations

import pytest

from slipway.verify.bundle import Bundle
from slipway.verify.pipelines.check import findings
from slipway.verify.pipelines.declared import pipelines
from tests.slipway.verify.conftest import Written

TEMPLATE = """\
Parameters:
  Prefix: {Type: String, MaxLength: 32}
Conditions:
  IsGit: !Equals [a, b]
  IsZip: !Equals [a, c]
Resources:
  Pipeline:
    Type: AWS::CodePipeline::Pipeline
    Properties:
      PipelineType: V2
      Variables:
        - {Name: Data, DefaultValue: "-"}
      Stages:
        - Name: Source
          Actions:
            - !If
              - IsGit
              - Name: Source
                Namespace: Source
                ActionTypeId: {Category: Source, Owner: AWS, Provider: CodeStarSourceConnection, Version: "1"}
                Configuration: {ConnectionArn: arn, FullRepositoryId: a/b, BranchName: main, DetectChanges: true}
                OutputArtifacts: [{Name: Code}]
              - !Ref AWS::NoValue
            - !If
              - IsZip
              - Name: Source
                Namespace: Source
                ActionTypeId: {Category: Source, Owner: AWS, Provider: S3, Version: "1"}
                Configuration: {S3Bucket: bucket, S3ObjectKey: key, PollForSourceChanges: false}
                OutputArtifacts: [{Name: Code}]
              - !Ref AWS::NoValue
        - Name: Build
          Actions:
            - Name: Build
              Namespace: Build
              ActionTypeId: {Category: Build, Owner: AWS, Provider: CodeBuild, Version: "1"}
              Configuration:
                ProjectName: !Sub ${Prefix}-build
                EnvironmentVariables: !Sub
                  - '[{"name": "VERSION", "value": "#{Source.${Revision}}#{variables.Data}"}]'
                  - Revision: !If [IsZip, VersionId, CommitId]
              InputArtifacts: [{Name: Code}]
              OutputArtifacts: [{Name: Built}]
            - Name: Deploy
              RunOrder: 2
              ActionTypeId: {Category: Deploy, Owner: AWS, Provider: CloudFormation, Version: "1"}
              Configuration:
                ActionMode: CREATE_UPDATE
                StackName: !Sub ${Prefix}-production
                RoleArn: arn
                TemplatePath: Built::production.yaml
                ParameterOverrides: '{"Sample": "#{Build.SAMPLE}"}'
              InputArtifacts: [{Name: Built}]
"""
BUILDSPEC = "env: {exported-variables: [SAMPLE]}\n"


def found(bundle: Written, *changes: tuple[str, str]) -> list[str]:
    """What is found in the pipeline with some of its text replaced."""
    text = TEMPLATE
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return [str(each) for each in findings(bundle({"cf/pipeline.yaml": text, "buildspec.yml": BUILDSPEC}))]


def test_a_sound_pipeline_has_no_finding_in_any_of_its_ways(bundle: Written) -> None:
    assert found(bundle) == []


def test_each_source_is_a_way_of_its_own(shipped: Bundle) -> None:
    providers = [next(pipeline.actions()).provider for pipeline in pipelines(shipped)]
    assert providers == ["CodeCommit", "CodeStarSourceConnection", "S3"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        pytest.param("RoleArn: arn", "RoleArm: arn", "knows no", id="unknown-key"),
        pytest.param("CREATE_UPDATE", "UPSERT", "Deploy in Build has 'UPSERT' in ActionMode; it is one of", id="value"),
        pytest.param(
            "DetectChanges: true", "DetectChanges: often", "'often' in DetectChanges; it is true or", id="type"
        ),
        pytest.param(
            "FullRepositoryId: a/b, ",
            "",
            "has no FullRepositoryId, which CodeStarSourceConnection requires",
            id="missing",
        ),
        pytest.param('\'{"Sample"', "'{Sample", "has no JSON in ParameterOverrides", id="json"),
        pytest.param(
            "S3ObjectKey: key", "S3ObjectKey: " + "k" * 1001, "has 1001 characters in S3ObjectKey", id="length"
        ),
        pytest.param(
            "${Prefix}-build", "${Prefix}-" + "b" * 230, "characters in ProjectName at its longest", id="longest"
        ),
        pytest.param("Provider: S3", "Provider: S4", "Source/AWS/S4/1, of which this check knows", id="provider"),
        pytest.param(
            "OutputArtifacts: [{Name: Built}]", "", "Deploy in Build takes Built, which no action", id="artifact"
        ),
        pytest.param("Built::production", "Code::production", "reads Code::production.yaml, and takes no", id="file"),
        pytest.param(
            "Build.SAMPLE", "Build.SMAPLE", "refers to #{Build.SMAPLE}, which nothing before it", id="exported"
        ),
        pytest.param("variables.Data", "variables.Date", "refers to #{variables.Date}", id="variable"),
        pytest.param("VersionId, CommitId", "ETagg, CommitId", "refers to #{Source.ETagg}", id="of-one-source"),
        pytest.param(
            "Namespace: Build", "Namespace: variables", "variables of Build is a namespace already", id="taken"
        ),
        pytest.param("Name: Data,", "Name: Da ta,", "PipelineVariableName 'Da ta' does not match", id="variable-name"),
        pytest.param('DefaultValue: "-"', 'DefaultValue: ""', "PipelineVariableValue '' has 0", id="variable-value"),
        pytest.param("RunOrder: 2", "RunOrder: 1000", "RunOrder 1000 of Deploy; it is 1 to 999", id="order"),
        pytest.param("Name: Deploy", "Name: Build", "two actions of stage Build are named Build", id="action-names"),
        pytest.param(
            "- Name: Build\n          A", "- Name: Source\n          A", "two stages are named Source", id="stages"
        ),
        pytest.param("[{Name: Built}]", "[{Name: B uilt}]", "ArtifactName 'B uilt' does not match", id="artifact-name"),
        pytest.param(
            "PipelineType: V2", "PipelineType: V1", "variables are of pipelines of type V2", id="type-of-pipeline"
        ),
    ],
)
def test_what_aws_would_refuse_is_found(bundle: Written, before: str, after: str, said: str) -> None:
    told = found(bundle, (before, after))
    said = "has RoleArm, which CloudFormation does not know" if said == "knows no" else said
    assert any(said in each for each in told), told


def test_a_finding_names_the_line_of_its_action(bundle: Written) -> None:
    (said,) = found(bundle, ("S3ObjectKey: key", "S3ObjectKey: key, Extra: 1"))
    assert said.startswith("cf/pipeline.yaml:26: pipeline-configuration Source in Source has Extra")


def test_a_stage_of_too_many_actions_is_found(bundle: Written) -> None:
    action = (
        "            - {Name: A%d, ActionTypeId: {Category: Approval, Owner: AWS, Provider: Manual, Version: '1'}}\n"
    )
    many = "".join(action % number for number in range(49))
    told = found(bundle, ("            - Name: Deploy\n", many + "            - Name: Deploy\n"))
    assert [each for each in told if "pipeline-actions" in each] == [
        "cf/pipeline.yaml:32: pipeline-actions stage Build has 51 actions; a stage has 1 to 50"
    ]


def test_a_source_after_the_first_stage_is_found(bundle: Written) -> None:
    told = found(
        bundle, ("Category: Deploy, Owner: AWS, Provider: CloudFormation", "Category: Source, Owner: AWS, Provider: S3")
    )
    assert any("Deploy in Build: the first stage has source actions, and no other" in each for each in told)


def test_an_output_that_the_deployed_template_has_not_is_found(bundle: Written) -> None:
    after = """RunOrder: 2
              Namespace: Production"""
    last = """InputArtifacts: [{Name: Built}]
            - Name: Tell
              RunOrder: 3
              ActionTypeId: {Category: Invoke, Owner: AWS, Provider: Lambda, Version: "1"}
              Configuration: {FunctionName: tell, UserParameters: "#{Production.ApiUrl}#{Production.Url}"}
"""
    text = TEMPLATE.replace("RunOrder: 2", after).replace("InputArtifacts: [{Name: Built}]\n", last)
    deployed = "Resources: {}\nOutputs: {ApiUrl: {Value: a}}\n"
    written = bundle({"cf/pipeline.yaml": text, "cf/production.yaml": deployed, "buildspec.yml": BUILDSPEC})
    (said,) = findings(written)
    assert "Tell in Build refers to #{Production.Url}, which nothing before it gives" in str(said)


def test_artifacts_are_those_that_the_buildspec_makes(bundle: Written) -> None:
    text = TEMPLATE.replace("OutputArtifacts: [{Name: Built}]", "OutputArtifacts: [{Name: Built}, {Name: Other}]")
    buildspec = BUILDSPEC + "artifacts: {secondary-artifacts: {Built: {}, Another: {}}}\n"
    (said,) = findings(bundle({"cf/pipeline.yaml": text, "buildspec.yml": buildspec}))
    assert "Build gives Built, Other, and buildspec.yml makes Another, Built" in str(said)


def test_the_bundles_own_pipeline_has_no_finding(shipped: Bundle) -> None:
    assert findings(shipped) == []
