"""AWS::SageMaker::Pipeline, through stacks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.resources.conftest import Deployment
from tests.engine.stacks import Stacks

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sagemaker-pipeline.html"
)

STOP = {"Name": "Stop", "Type": "Fail", "Arguments": {"ErrorMessage": "enough"}}
ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        }
    },
}


def body(*steps: dict[str, Any]) -> str:
    return json.dumps({"Version": "2020-12-01", "Steps": list(steps)})


def resources(name: str, text: Any, **more: Any) -> dict[str, Any]:
    properties = {
        "PipelineName": name,
        "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
        "PipelineDefinition": {"PipelineDefinitionBody": text},
        **more,
    }
    return {"Role": ROLE, "Pipeline": {"Type": "AWS::SageMaker::Pipeline", "Properties": properties}}


def test_a_pipeline_is_made_changed_and_deleted_with_its_stack(deployed: Deployment) -> None:
    client = deployed.stacks.engine.client("sagemaker")
    extra = {
        "PipelineDescription": "of a stack",
        "ParallelismConfiguration": {"MaxParallelExecutionSteps": 2},
        "Tags": [{"Key": "made", "Value": "by a stack"}],
    }
    (name,) = deployed(resources("from-a-stack", body(STOP), **extra), "Pipeline")
    found = client.describe_pipeline(PipelineName=name)
    assert (name, found["PipelineDescription"]) == ("from-a-stack", "of a stack")
    assert found["ParallelismConfiguration"] == {"MaxParallelExecutionSteps": 2}
    assert {"Key": "made", "Value": "by a stack"} in client.list_tags(ResourceArn=found["PipelineArn"])["Tags"]

    changed = {**STOP, "Arguments": {"ErrorMessage": "changed"}}
    deployed(resources("from-a-stack", body(changed), Tags=[{"Key": "made", "Value": "anew"}]))
    found = client.describe_pipeline(PipelineName=name)
    assert json.loads(found["PipelineDefinition"])["Steps"] == [changed]
    assert (found["PipelineDescription"], found["ParallelismConfiguration"]["MaxParallelExecutionSteps"]) == ("", 50)
    assert {"Key": "made", "Value": "anew"} in client.list_tags(ResourceArn=found["PipelineArn"])["Tags"]

    deployed(resources("another-name", body(STOP)))
    with pytest.raises(ClientError, match="pipeline/from-a-stack' does not exist"):
        client.describe_pipeline(PipelineName=name)
    deployed.delete()
    with pytest.raises(ClientError, match="pipeline/another-name' does not exist"):
        client.describe_pipeline(PipelineName="another-name")


def test_a_definition_may_stand_in_a_bucket(deployed: Deployment) -> None:
    s3 = deployed.stacks.engine.client("s3")
    s3.create_bucket(Bucket="pipeline-definitions")
    s3.put_object(Bucket="pipeline-definitions", Key="one.json", Body=body(STOP))
    place = {"PipelineDefinitionS3Location": {"Bucket": "pipeline-definitions", "Key": "one.json"}}
    deployed(resources("from-a-bucket", "", PipelineDefinition=place))
    found = deployed.stacks.engine.client("sagemaker").describe_pipeline(PipelineName="from-a-bucket")
    assert json.loads(found["PipelineDefinition"])["Steps"] == [STOP]


def test_a_pipeline_needs_the_right_to_pass_its_role(deployed: Deployment) -> None:
    role = deployed.role("iam:CreateRole", "iam:GetRole", "iam:DeleteRole", "sagemaker:*")
    assert "iam:PassRole" in deployed.failing(resources("not-passed", body(STOP)), RoleARN=role)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            body({"Name": "Spark", "Type": "EMR", "Arguments": {}}),
            "Step 'Spark': a step of Type EMR is not executed by this engine",
            id="a type that is not executed",
        ),
        pytest.param(
            {"Fn::Sub": body({"Name": "Spark", "Type": "EMR", "Arguments": {"At": "${AWS::StackName}"}})},
            "Step 'Spark': a step of Type EMR is not executed by this engine",
            id="in a definition that is not wholly known",
        ),
        pytest.param(
            body({**STOP, "Arguments": {"ErrorMessage": {"Get": "Parameters.Why"}}}),
            "Unknown parameter reference: Parameters.Why",
            id="a definition that is wrong",
        ),
    ],
)
def test_a_definition_that_cannot_be_executed_is_refused_with_its_template(
    stacks: Stacks, text: Any, message: str
) -> None:
    pipeline = resources("refused", text, RoleArn="arn:aws:iam::111122223333:role/Any")["Pipeline"]
    assert message in stacks.refused({"Resources": {"Pipeline": pipeline}})
