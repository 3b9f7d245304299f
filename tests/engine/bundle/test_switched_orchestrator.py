"""cf/training.yaml on an engine: the stack of an install whose orchestrator changes, there and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from config import configuration, sagemaker_pipeline
from config.training import training as trained_by
from tests.cf import templates
from tests.engine.stacks import Stacks

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html"
)

ROOT = Path(__file__).parents[3]
IMAGE = "111122223333.dkr.ecr.us-east-1.amazonaws.com/jobs:none"
DEFINITION = "packages/steps.pipeline.json"


class Training:
    """The training stack, deployed as Build and the pipeline do it."""

    def __init__(self, stacks: Stacks) -> None:
        self.stacks, self.engine = stacks, stacks.engine
        self.prefix, self.bucket = stacks.prefix, stacks.name("artifacts")
        stacks.s3.create_bucket(Bucket=self.bucket)
        self.key = self.engine.client("kms").create_key()["KeyMetadata"]["Arn"]
        resolved = configuration.resolve(configuration.load())
        execution = {"config": resolved, "training": trained_by(resolved, IMAGE, "us-east-1"), "image": IMAGE}
        body = json.dumps(sagemaker_pipeline.definition(execution)).encode()
        stacks.s3.put_object(Bucket=self.bucket, Key=DEFINITION, Body=body)
        machine = (ROOT / "cf/training.asl.json").read_bytes()
        stacks.s3.put_object(Bucket=self.bucket, Key="packages/machine.json", Body=machine)

    def template(self) -> dict[str, Any]:
        """The template as `sam package` leaves it."""
        found: dict[str, Any] = templates.load("training")
        for resource in found["Resources"].values():
            properties = resource["Properties"]
            if "DefinitionUri" in properties:
                properties["DefinitionUri"] = {"Bucket": self.bucket, "Key": "packages/machine.json"}
            if resource["Type"] == "AWS::Glue::Job":
                properties["Command"]["ScriptLocation"] = f"s3://{self.bucket}/packages/script.py"
            if resource["Type"] == "AWS::CloudFormation::Stack":
                properties["TemplateURL"] = f"https://{self.bucket}.s3.us-east-1.amazonaws.com/packages/none.template"
        return found

    def parameters(self, orchestrator: str) -> list[dict[str, str]]:
        """What the pipeline's stack knows, and what Build adds for the orchestrator."""
        given = {
            "Prefix": self.prefix,
            "ArtifactBucket": self.bucket,
            "DataBucket": self.bucket,
            "KeyArn": self.key,
            "RepositoryArn": "arn:aws:ecr:us-east-1:111122223333:repository/jobs",
            "Orchestrator": orchestrator,
        }
        if orchestrator != "stepfunctions":
            given["PipelineDefinitionKey"] = DEFINITION
        if orchestrator == "glue":
            given["WorkflowCode"] = f"s3://{self.bucket}/packages/workflow.whl"
        return [{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()]

    def switch(self, orchestrator: str) -> list[str]:
        """What the state machine hands on to after the update, and what there is beside the machine."""
        stack = self.stacks.update(self.template(), Parameters=self.parameters(orchestrator))
        assert stack["StackStatus"] == "UPDATE_COMPLETE", self.stacks.reasons(stack["StackId"])
        arn, name = self.stacks.outputs(stack)["StateMachineArn"], f"{self.prefix}-training"
        machine = self.engine.client("stepfunctions").describe_state_machine(stateMachineArn=arn)
        (choice,) = json.loads(machine["definition"])["States"]["Orchestrator"]["Choices"]
        pipelines = self.engine.client("sagemaker").list_pipelines(PipelineNamePrefix=name)["PipelineSummaries"]
        workflows = [found for found in self.engine.client("glue").list_workflows()["Workflows"] if found == name]
        return [
            choice["Condition"].split("'")[1],
            *("a pipeline" for _ in pipelines),
            *("a workflow" for _ in workflows),
        ]


def test_the_stack_goes_from_each_orchestrator_to_each_other_and_leaves_nothing_behind(stacks: Stacks) -> None:
    training = Training(stacks)
    stack = stacks.create(training.template(), Parameters=training.parameters("stepfunctions"))
    assert stack["StackStatus"] == "CREATE_COMPLETE", stacks.reasons(stack["StackId"])
    order = ("sagemaker", "glue", "stepfunctions", "glue", "sagemaker", "stepfunctions")
    seen = [training.switch(orchestrator) for orchestrator in order]
    by_sagemaker, by_glue, by_states = ["sagemaker", "a pipeline"], ["glue", "a workflow"], ["stepfunctions"]
    assert seen == [by_sagemaker, by_glue, by_states, by_glue, by_sagemaker, by_states]
