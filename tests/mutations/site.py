"""One install of the bundle, on an engine of its own, beside which mutated templates are deployed."""

from __future__ import annotations

import io
import json
import re
import zipfile
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from tests.end_to_end.plant import STACK, Plant, eventually
from tests.mutations.mutation import ROOT

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
_BUCKET = "mutations"
_NESTED = re.compile(r"^  (\w+):\n    Type: AWS::CloudFormation::Stack\n(?:    .*\n)*?      TemplateURL: (\S+)$", re.M)
_CODE = re.compile(r"CodeUri: \.\./functions/(\w+)")
_SCRIPT = re.compile(r"ScriptLocation: \.\./(\S+\.py)")
_PART = re.compile(r"TemplateURL: (\w+\.yaml)")
_DEFINITION = re.compile(r"DefinitionUri: (\S+\.asl\.json)")


class Refused(Exception):
    """CreateStack said no; the text is its message."""


class Site:
    """The install, and what was deployed beside it."""

    def __init__(self, home: Path) -> None:
        self.plant = Plant(home)
        self.plant.launch()
        self._stop_first_run()
        self.client("s3").create_bucket(Bucket=_BUCKET)
        self._numbers = count(1)

    def client(self, service: str) -> Any:
        return self.plant.client(service)

    def create(self, file: str, text: str = "", definition: str = "", **options: Any) -> str:
        """Create a stack of a template, as its file stands or mutated; its id, or Refused."""
        name = f"m{next(self._numbers)}"
        request = {"Parameters": self.parameters(file, name), "Capabilities": CAPABILITIES} | options
        body = self._packaged(text or (ROOT / file).read_text(), name, definition)
        try:
            made = self.client("cloudformation").create_stack(StackName=name, TemplateBody=body, **request)
        except ClientError as error:
            raise Refused(error.response["Error"]["Message"]) from error
        return str(made["StackId"])

    def parameters(self, file: str, prefix: str) -> list[dict[str, str]]:
        """What the install gave that template, but for the prefix of its names."""
        given = {**self._given[file], "Prefix": prefix}
        return [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()]

    def ended(self, stack: str) -> str:
        """The status of a stack, once nothing is in progress."""

        def settled() -> str | None:
            status = str(self.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"])
            return None if status.endswith("_IN_PROGRESS") else status

        return eventually(settled, f"{stack} settles")

    def reasons(self, stack: str) -> dict[str, str]:
        """Why resources failed, by logical id; those that were only cancelled are left out."""
        events = self.client("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
        return {
            event["LogicalResourceId"]: event["ResourceStatusReason"]
            for event in events
            if event["ResourceStatus"] == "CREATE_FAILED"
            and event["ResourceType"] != "AWS::CloudFormation::Stack"
            and "cancelled" not in event["ResourceStatusReason"]
        }

    def physical_id(self, stack: str, logical_id: str) -> str:
        found = self.client("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId=logical_id)
        return str(found["StackResourceDetail"]["PhysicalResourceId"])

    def nested(self, logical_id: str) -> str:
        """The id of a stack that the install nests."""
        return self.physical_id(STACK, logical_id)

    @cached_property
    def _given(self) -> dict[str, dict[str, str]]:
        """The parameters of each template, from the stacks that the install made; Build gives those of training."""
        nested = dict(_NESTED.findall((ROOT / "template.yaml").read_text()))
        made = self.client("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
        found = {}
        for logical_id in nested.keys() & {resource["LogicalResourceId"] for resource in made}:
            file = nested[logical_id]
            (stack,) = self.client("cloudformation").describe_stacks(StackName=self.nested(logical_id))["Stacks"]
            found[file] = {item["ParameterKey"]: item["ParameterValue"] for item in stack.get("Parameters", [])}
        return {**found, "cf/training.yaml": self._training()}

    def _training(self) -> dict[str, str]:
        name = self.physical_id(self.nested("Pipeline"), "Build")
        (project,) = self.client("codebuild").batch_get_projects(names=[name])["projects"]
        variables = {item["name"]: item["value"] for item in project["environment"]["environmentVariables"]}
        given: dict[str, str] = json.loads(variables["TRAINING_PARAMETERS"])
        return given

    def _packaged(self, text: str, name: str, definition: str = "") -> str:
        """The template with its code in S3, as `sam package` leaves it."""
        for function in set(_CODE.findall(text)):
            self._put(f"{name}/{function}.zip", _zip(ROOT / "functions" / function))
        for script in set(_SCRIPT.findall(text)):
            self._put(f"{name}/{Path(script).name}", (ROOT / script).read_bytes())
        for file in set(_DEFINITION.findall(text)):
            self._put(f"{name}/{file}", (definition or (ROOT / "cf" / file).read_text()).encode())
        for file in set(_PART.findall(text)):
            self._put(f"{name}/{file}", self._packaged((ROOT / "cf" / file).read_text(), name).encode())
        place = f"s3://{_BUCKET}/{name}"
        text = _CODE.sub(rf"CodeUri: {place}/\1.zip", text)
        text = _SCRIPT.sub(lambda found: f"ScriptLocation: {place}/{Path(found[1]).name}", text)
        text = _DEFINITION.sub(rf"DefinitionUri: {place}/\1", text)
        return _PART.sub(rf"TemplateURL: {self.plant.engine.url}/{_BUCKET}/{name}/\1", text)

    def _put(self, key: str, body: bytes) -> None:
        self.client("s3").put_object(Bucket=_BUCKET, Key=key, Body=body)

    def _stop_first_run(self) -> None:
        """A run of the install would only take time from the others."""
        self.client("codepipeline").stop_pipeline_execution(
            pipelineName=STACK, pipelineExecutionId=self.plant.newest(), abandon=True
        )


def _zip(folder: Path) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for path in sorted(folder.glob("*.py")):
            archive.write(path, path.name)
    return body.getvalue()
