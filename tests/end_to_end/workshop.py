"""An install on which ways of training are tried: through the whole pipeline, or by the state machine alone.

A configuration that needs no other image than the one that is there is resolved here as Build does it, and executed: a
second or two instead of a minute. Its model is then served from its package, as the stacks do it.
"""

from __future__ import annotations

import copy
import csv
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config import configuration
from config.training import training
from slipway import api, approval, local, runs
from slipway.runs import Run
from tests.end_to_end.plant import PATIENCE_SECONDS, ROOT, STACK, Plant, eventually, problems
from tests.environments import share

CONFIGURATION = "config/ml-pipeline.json"
Document = dict[str, Any]
# All at once, so that nothing bakes longer than it has to; and no machine so slow that its answers roll a model back.
QUICK: Document = {
    "autoscaling": {"minCapacity": 1, "maxCapacity": 2},
    "alarms": {"modelLatencyInMilliseconds": 60_000},
}


def changed(changes: Document) -> Document:
    """The repository's configuration with changes laid over it, part by part; None takes a field out."""
    document = json.loads((ROOT / CONFIGURATION).read_text("utf-8"))
    document["serving"]["production"] |= QUICK
    for part, fields in changes.items():
        written = document.setdefault(part, {}) | fields
        document[part] = {name: value for name, value in written.items() if value is not None}
    return document


def customer() -> dict[str, str | float]:
    """A row of the sample data, as a caller of the API has it."""
    columns = changed({})["dataset"]["columns"]
    numbers = {column["name"] for column in columns if column["type"] == "number"}
    with (ROOT / "config/data/telecom-churn.csv").open(encoding="utf-8", newline="") as lines:
        row = next(csv.DictReader(lines))
    features = {name: value for name, value in row.items() if name not in ("customer_id", "churn")}
    return {name: float(value) if name in numbers else value for name, value in features.items()}


@dataclass(frozen=True)
class Executed:
    """An execution of the state machine: its ARN, its status, and its output or its error."""

    arn: str
    status: str
    output: Document
    error: str


class Workshop:
    """The install, with a first model in production: of the repository's configuration, with changes laid over it.

    `first` is the input of the execution that trained it.
    """

    def __init__(self, plant: Plant, changes: Document | None = None, parameters: dict[str, str] | None = None) -> None:
        self.plant = plant
        plant.launch({CONFIGURATION: json.dumps(changed(changes or {})).encode()}, parameters)
        self.approved(plant.newest())
        self.first: Document = json.loads(self._object("executions/latest.json"))

    def client(self, service: str) -> Any:
        """A boto3 client as the person."""
        return self.plant.client(service)

    def through_the_pipeline(self, changes: Document) -> Run:
        """Push a changed configuration, and see its run to production."""
        return self.approved(self.pushed(changes))

    def pushed(self, changes: Document) -> str:
        """Push a changed configuration; the id of its run."""
        before = self.plant.newest()
        tip = self.client("codecommit").get_branch(repositoryName=STACK, branchName="master")["branch"]["commitId"]
        self.client("codecommit").create_commit(
            repositoryName=STACK,
            branchName="master",
            parentCommitId=tip,
            commitMessage="Train another way",
            putFiles=[{"filePath": CONFIGURATION, "fileContent": json.dumps(changed(changes)).encode()}],
        )
        return eventually(lambda: None if (newest := self.plant.newest()) == before else newest, "a run by the push")

    def until_approval(self, run_id: str) -> None:
        """Wait until a run waits for approval."""
        installed = self.plant.installed

        def waits() -> bool:
            run = runs.get(installed, run_id)
            assert not run.done, problems(run)
            action = run.action("Test", "Approve")
            return action is not None and action.status == "InProgress"

        eventually(waits, f"{run_id} waits for approval")

    def approved(self, run_id: str) -> Run:
        """A run, approved and in production."""
        self.until_approval(run_id)
        approval.answer(self.plant.installed, "Approved", "approved by a test")
        run = self.plant.ended(run_id)
        assert run.status == "Succeeded", problems(run)
        return run

    def execution(self, changes: Document) -> Document:
        """The state machine's input for a changed configuration, as Build resolves it."""
        document = changed(changes)
        assert configuration.validate(document) == []
        resolved = configuration.resolve(document)
        return copy.deepcopy(self.first) | {
            "trainingKey": uuid.uuid4().hex,
            "training": training(resolved, self.first["image"], "us-east-1"),
            "config": resolved,
        }

    def execute(self, changes: Document, seconds: float = PATIENCE_SECONDS) -> Executed:
        """Run the state machine alone on a changed configuration."""
        return self.ended(self.started(self.execution(changes)), seconds)

    def started(self, execution: Document) -> str:
        """The ARN of an execution of the state machine on that input."""
        arn = self.plant.installed.environment("training")["StateMachineArn"]
        started = self.client("stepfunctions").start_execution(stateMachineArn=arn, input=json.dumps(execution))
        return str(started["executionArn"])

    def ended(self, arn: str, seconds: float = PATIENCE_SECONDS) -> Executed:
        """An execution, once it is over."""

        def over() -> Any:
            found = self.client("stepfunctions").describe_execution(executionArn=arn)
            return None if found["status"] == "RUNNING" else found

        found = eventually(over, "the end of the execution", seconds)
        return Executed(arn, found["status"], json.loads(found.get("output", "{}")), found.get("cause", ""))

    def delete(self) -> None:
        """Delete the install, and see that nothing of it refused to go."""
        cloudformation = self.client("cloudformation")
        stack = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["StackId"]
        cloudformation.delete_stack(StackName=STACK)

        def over() -> Any:
            status = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
            return None if status == "DELETE_IN_PROGRESS" else status

        status = eventually(over, f"{STACK} is deleted")
        events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
        assert status == "DELETE_COMPLETE", [event for event in events if event["ResourceStatus"] == "DELETE_FAILED"]

    def package(self, executed: Executed) -> Document:
        """The model package that an execution registered; it must have succeeded."""
        assert executed.status == "SUCCEEDED", executed.error
        arn = executed.output["modelPackageArn"]
        found: Document = self.client("sagemaker").describe_model_package(ModelPackageName=arn)
        return found

    def serve(self, executed: Executed, row: dict[str, Any]) -> Any:
        """What an endpoint of that package answers for a row; made as the stacks make it, and gone afterwards."""
        containers = [
            {member: one[member] for member in ("Image", "ModelDataUrl", "Environment") if member in one}
            for one in self.package(executed)["InferenceSpecification"]["Containers"]
        ]
        sagemaker, name = self.client("sagemaker"), f"try-{uuid.uuid4().hex[:12]}"
        endpoint = sagemaker.describe_endpoint(EndpointName=f"{STACK}-test")["EndpointConfigName"]
        model = sagemaker.describe_endpoint_config(EndpointConfigName=endpoint)["ProductionVariants"][0]["ModelName"]
        role = sagemaker.describe_model(ModelName=model)["ExecutionRoleArn"]
        sagemaker.create_model(ModelName=name, Containers=containers, ExecutionRoleArn=role)
        variant = {"VariantName": "one", "ModelName": name, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
        sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
        sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
        try:
            return self._invoked(name, row)
        finally:
            sagemaker.delete_endpoint(EndpointName=name)

    def predict(self) -> Any:
        """What production's API answers for a customer."""
        return api.of(self.plant.installed, "production").predict(customer()).body

    def _invoked(self, name: str, row: dict[str, Any]) -> Any:
        def in_service() -> bool:
            found = self.client("sagemaker").describe_endpoint(EndpointName=name)
            assert found["EndpointStatus"] != "Failed", found["FailureReason"]
            return bool(found["EndpointStatus"] == "InService")

        eventually(in_service, f"{name} is in service")
        answer = self.client("sagemaker-runtime").invoke_endpoint(
            EndpointName=name,
            ContentType="application/json",
            Accept="application/json",
            Body=json.dumps({"instances": [row]}),
        )
        return json.loads(answer["Body"].read())

    def _object(self, key: str) -> bytes:
        bucket = self.plant.installed.outputs["ArtifactBucket"]
        body: bytes = self.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        return body


@contextmanager
def opened(home: Path, changes: Document | None = None, parameters: dict[str, str] | None = None) -> Iterator[Workshop]:
    """A workshop on an engine of its own, which is removed afterwards."""
    plant = Plant(home)
    share(home)
    try:
        yield Workshop(plant, changes, parameters)
    finally:
        local.remove(plant.home)
