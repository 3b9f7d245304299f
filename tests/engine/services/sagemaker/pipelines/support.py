"""What the tests of pipelines share: a role, definitions made of steps, and ways to run them."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from tests.engine.services.sagemaker.support import BUCKET, IMAGE, ROLE, Sagemaker, eventually

PIPELINE_ROLE = "arn:aws:iam::111122223333:role/Pipeline"
IN, OUT = "/opt/ml/processing/input/words", "/opt/ml/processing/output/words"
CLUSTER = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5}
ENDED = {"Succeeded", "Failed", "Stopped"}

Json = dict[str, Any]


def get(text: str) -> Json:
    """`Get`."""
    return {"Get": text}


def join(*values: Any, on: str = "") -> Json:
    """`Std:Join`."""
    return {"Std:Join": {"On": on, "Values": list(values)}}


def step(name: str, kind: str, arguments: Json | None = None, **more: Any) -> Json:
    """Any step."""
    return {"Name": name, "Type": kind, "Arguments": arguments or {}, **more}


def processing(name: str, source: Any = f"s3://{BUCKET}/words/", target: str = "", **more: Any) -> Json:
    """Writes its input in upper case; what begins with a capital and is not the step's is the job's."""
    application: Json = {"ImageUri": IMAGE, "ContainerArguments": more.pop("Arguments", [IN, OUT])}
    if "Entrypoint" in more:
        application["ContainerEntrypoint"] = more.pop("Entrypoint")
    uri = target or f"s3://{BUCKET}/pipelines/{name}"
    source_of = {"S3Uri": source, "LocalPath": IN, "S3DataType": "S3Prefix", "S3InputMode": "File"}
    arguments = {
        "AppSpecification": application,
        "ProcessingInputs": [{"InputName": "words", "S3Input": source_of}],
        "ProcessingOutputConfig": {
            "Outputs": [
                {"OutputName": "words", "S3Output": {"S3Uri": uri, "LocalPath": OUT, "S3UploadMode": "EndOfJob"}}
            ]
        },
        "ProcessingResources": {"ClusterConfig": CLUSTER},
        "RoleArn": ROLE,
        **({"Environment": more.pop("Environment")} if "Environment" in more else {}),
    }
    return step(name, "Processing", arguments, **more)


def training(
    name: str, source: Any = f"s3://{BUCKET}/words/", hyperparameters: Json | None = None, **more: Any
) -> Json:
    """Copies what it sees into its model."""
    data = {"S3DataType": "S3Prefix", "S3Uri": source, "S3DataDistributionType": "FullyReplicated"}
    metric = {"Name": "validation:auc", "Regex": r"validation-auc=([0-9.]+)"}
    arguments = {
        "AlgorithmSpecification": {
            "TrainingImage": IMAGE,
            "TrainingInputMode": "File",
            "MetricDefinitions": [metric],
        },
        "HyperParameters": hyperparameters or {},
        "InputDataConfig": [{"ChannelName": "train", "DataSource": {"S3DataSource": data}}],
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/trained"},
        "ResourceConfig": CLUSTER,
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        "RoleArn": ROLE,
    }
    return step(name, "Training", arguments, **more)


def condition(name: str, *conditions: Json, then: list[Json] | None = None, other: list[Json] | None = None) -> Json:
    """A Condition step."""
    return step(name, "Condition", {"Conditions": list(conditions), "IfSteps": then or [], "ElseSteps": other or []})


def compare(kind: str, left: Any, right: Any) -> Json:
    """A comparison."""
    return {"Type": kind, "LeftValue": left, "RightValue": right}


def fail(name: str, message: Any = "not good enough") -> Json:
    """A Fail step."""
    return step(name, "Fail", {"ErrorMessage": message})


def definition(*steps: Json, parameters: list[Json] | None = None, **more: Any) -> str:
    """A definition's text."""
    body = {"Version": "2020-12-01", "Metadata": {}, "Parameters": parameters or [], "Steps": list(steps), **more}
    return json.dumps(body)


@dataclass
class Pipelines:
    """Makes pipelines and runs them."""

    account: Sagemaker
    _made: list[str] = field(default_factory=list)

    @property
    def client(self) -> Any:
        """SageMaker's client as the person."""
        return self.account.client("sagemaker")

    def create(self, *steps: Json, parameters: list[Json] | None = None, **more: Any) -> str:
        """A pipeline; its name."""
        name = f"pipeline-{uuid.uuid4().hex[:8]}"
        text = definition(*steps, parameters=parameters)
        given = {"PipelineDefinition": text, "RoleArn": PIPELINE_ROLE, **more}
        self.client.create_pipeline(PipelineName=name, **given)
        self._made.append(name)
        return name

    def start(self, name: str, **more: Any) -> str:
        """An execution's ARN."""
        values = [{"Name": key, "Value": value} for key, value in more.pop("values", {}).items()]
        answer = self.client.start_pipeline_execution(PipelineName=name, PipelineParameters=values, **more)
        return str(answer["PipelineExecutionArn"])

    def describe(self, arn: str) -> Json:
        """The execution."""
        found: Json = self.client.describe_pipeline_execution(PipelineExecutionArn=arn)
        return found

    def ended(self, arn: str, seconds: float = 60) -> Json:
        """The execution once it ended."""

        def over() -> Json | None:
            found = self.describe(arn)
            return found if found["PipelineExecutionStatus"] in ENDED else None

        result: Json = eventually(over, seconds)
        return result

    def run(self, *steps: Json, parameters: list[Json] | None = None, **more: Any) -> tuple[Json, dict[str, Json]]:
        """Make a pipeline, run it to its end: the execution and its steps by name."""
        arn = self.start(self.create(*steps, parameters=parameters), **more)
        return self.ended(arn), self.steps(arn)

    def steps(self, arn: str) -> dict[str, Json]:
        """The steps that have begun, by name."""
        found = self.client.list_pipeline_execution_steps(PipelineExecutionArn=arn)["PipelineExecutionSteps"]
        return {one["StepName"]: one for one in found}

    def step_in(self, arn: str, name: str, status: str) -> Json:
        """A step once it has that status."""
        result: Json = eventually(
            lambda: self.steps(arn).get(name) if self.steps(arn).get(name, {}).get("StepStatus") == status else None, 60
        )
        return result


def prepare(account: Sagemaker) -> None:
    """The pipeline's role."""
    trust = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    actions = ["sagemaker:*", "iam:PassRole", "s3:GetObject", "sqs:SendMessage", "lambda:InvokeFunction"]
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
    iam = account.client("iam")
    iam.create_role(
        RoleName="Pipeline", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )
    iam.put_role_policy(RoleName="Pipeline", PolicyName="pipeline", PolicyDocument=json.dumps(policy))
    account.put("words/a.txt", "hello")
