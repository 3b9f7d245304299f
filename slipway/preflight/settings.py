"""What a bundle's configuration and templates ask of an account: instances, resource types, limits."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from slipway.errors import BadInput

_CONFIGURATION = "config/ml-pipeline.json"
_SCHEMA = "config/ml-pipeline.schema.json"
# Conditions and comments may stand before it; what is deeper is no resource's own.
_RESOURCE = re.compile(r"^    Type: (AWS::\w+::\w+)$", re.MULTILINE)
# What a run makes a template of, for the stacks of both environments.
_MODEL = "functions/outcome/model.json"
# What the SAM transform makes of its own types in these templates.
_TRANSFORMED = {
    "AWS::Serverless::Function": "AWS::Lambda::Function",
    "AWS::Serverless::StateMachine": "AWS::StepFunctions::StateMachine",
    "AWS::Serverless::Api": "AWS::ApiGateway::RestApi",
}
# Parts that only a parameter brings in.
_OPTIONAL = {"network.yaml": "CreateVpcEndpoints", "notebook.yaml": "CreateNotebook"}


@dataclass(frozen=True)
class Usage:
    """Instances of one type in one use: those without which it fails, and the most that there will be."""

    instance_type: str
    usage: str
    least: int
    most: int

    @property
    def quota(self) -> str:
        """The name of SageMaker's quota."""
        return f"{self.instance_type} for {self.usage}"


@dataclass(frozen=True)
class Settings:
    """A bundle's folder with its configuration, the defaults of its schema, and the form's capacities of production."""

    root: Path
    document: Mapping[str, Any]
    schema: Mapping[str, Any]
    form: Mapping[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Any:
        """A field, like `train.instanceType`, as it is configured or else as the schema has it."""
        value: Any = self.document
        schema: Any = self.schema
        for name in path.split("."):
            schema = schema["properties"][name]
            value = value.get(name, schema.get("default", {}))
        return value

    @property
    def mode(self) -> str:
        """How the model is deployed."""
        return str(self.get("deploy.mode"))

    def jobs(self) -> list[Usage]:
        """The jobs of a run, one after the other; AWS chooses the instances of Autopilot."""
        made = [Usage(self.get("evaluate.instanceType"), "processing job usage", 1, 1)]
        if self.get("prepare.engine") == "processing":
            made.insert(0, Usage(self.get("prepare.instanceType"), "processing job usage", 1, 1))
        if self.get("train.engine") != "autopilot":
            spot = "spot training job usage" if self.get("train.spot.enabled") else "training job usage"
            together = self.get("train.tuning.maxParallelJobs") if "tuning" in self.document.get("train", {}) else 1
            count = self.get("train.instanceCount") * together
            made.append(Usage(self.get("train.instanceType"), spot, count, count))
        return made

    def usages(self) -> list[Usage]:
        """Every use of instances: the largest job of a kind, and the endpoints of both environments at once.

        An update of production has two fleets for a while:
        docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green.html
        """
        found = list(dict.fromkeys(self.jobs()))
        if self.mode == "batch":
            count = self.get("deploy.batch.instanceCount")
            found.append(Usage(self.get("deploy.batch.instanceType"), "transform job usage", count, count))
        needed: dict[str, tuple[int, int]] = {}
        for (instance_type, least, most), times in zip(self.fleets(), (1, 2), strict=False):
            before = needed.get(instance_type, (0, 0))
            needed[instance_type] = (before[0] + times * least, before[1] + times * most)
        return [*found, *(Usage(name, "endpoint usage", *counts) for name, counts in needed.items())]

    def fleets(self) -> list[tuple[str, int, int]]:
        """Instance type, fewest and most instances of the test's and of production's endpoint, where they have any."""
        if self.mode in ("batch", "serverless"):
            return []
        count = self.get("serving.test.instanceCount")
        return [
            (self.get("serving.test.instanceType"), count, count),
            (self.get("serving.production.instanceType"), self.capacity("min"), self.capacity("max")),
        ]

    def capacity(self, which: str) -> int:
        """Production's `min` or `max` capacity: the configuration's, else the form's."""
        stated: Any = self.document
        for name in ("serving", "production", "autoscaling"):
            stated = stated.get(name, {})
        form = self.form.get(f"Production{which.capitalize()}Capacity", "")
        if f"{which}Capacity" not in stated and form.isdigit():
            return int(form)
        return int(self.get(f"serving.production.autoscaling.{which}Capacity"))

    def templates(self) -> dict[str, str]:
        """The root's and the parts' texts by their paths."""
        paths = [self.root / "template.yaml", *sorted((self.root / "cf").glob("*.yaml"))]
        return {str(path.relative_to(self.root)): path.read_text("utf-8") for path in paths}

    def types(self, parameters: Mapping[str, str]) -> list[str]:
        """The resource types of a launch with these parameters."""
        found = set()
        for path, text in self.templates().items():
            switch = _OPTIONAL.get(Path(path).name)
            if switch is None or parameters.get(switch) == "true":
                found |= {_TRANSFORMED.get(name, name) for name in _RESOURCE.findall(text)}
        model = json.loads((self.root / _MODEL).read_text("utf-8"))
        found |= {resource["Type"] for resource in model["Resources"].values()}
        if parameters.get("SourceProvider", "CodeCommit") != "CodeCommit":
            found.discard("AWS::CodeCommit::Repository")
        return sorted(found)

    def resources(self, path: str) -> int:
        """How many resources a template declares."""
        return len(re.findall(r"^    Type: \w+(?:::\w+)+$", self.templates()[path], re.MULTILINE))


def read(root: Path, form: Mapping[str, str] | None = None) -> Settings:
    """The settings of a bundle's folder, launched with these parameters; BadInput when they cannot be read."""
    document, schema = _document(root, _CONFIGURATION), _document(root, _SCHEMA)
    for error in Draft202012Validator(schema).iter_errors(document):
        raise BadInput(f"{root / _CONFIGURATION}: {error.json_path}: {error.message}")
    return Settings(root, document, schema, form or {})


def _document(root: Path, name: str) -> Mapping[str, Any]:
    try:
        found = json.loads((root / name).read_text("utf-8"))
    except FileNotFoundError as error:
        raise BadInput(f"{root} holds no {name}; run this in the bundle's folder") from error
    except ValueError as error:
        raise BadInput(f"{root / name} is no JSON document: {error}") from error
    if not isinstance(found, dict):
        raise BadInput(f"{root / name} is no JSON object")
    return found
