"""What a template's values are at their longest: names and ARNs as AWS makes them, the root stack's name at its limit.

Sizes and lengths are checked on these, and the IAM linter reads them, since it knows resources by the form of their
ARN. A parameter is what its parent template gives it; where nobody gives it, it is what another template's parameter of
the same name is. Of the two branches of an `Fn::If` the longer counts.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (names of roles and policies), and for each type the
page of its service in docs.aws.amazon.com/service-authorization/latest/reference/ (ARNs).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from slipway.verify.source import Source

# The longest of REGIONS, of partitions and of URL suffixes; an account has twelve digits.
_PSEUDO = {
    "AWS::Partition": "aws-us-gov",
    "AWS::Region": "ap-southeast-1",
    "AWS::AccountId": "123456789012",
    "AWS::URLSuffix": "amazonaws.com.cn",
    "AWS::StackId": "arn:aws-us-gov:cloudformation:ap-southeast-1:123456789012:stack/" + "s" * 128 + "/" + "i" * 36,
}
# A root stack's name has 32 characters at most, or a rule of the template refuses it; a nested one's what its
# parent's, its logical id and a generated part make.
ROOT_NAME = "p" * 32
_PLACE = "arn:aws-us-gov:{service}:ap-southeast-1:123456789012:"
# What `Ref` and `Arn` are, at the longest name that CloudFormation generates or a template may choose.
_NAMES = {
    "AWS::IAM::Role": (64, "arn:aws-us-gov:iam::123456789012:role/{name}"),
    "AWS::IAM::ManagedPolicy": (128, "arn:aws-us-gov:iam::123456789012:policy/{name}"),
    "AWS::S3::Bucket": (63, "arn:aws-us-gov:s3:::{name}"),
    "AWS::KMS::Key": (36, _PLACE.format(service="kms") + "key/{name}"),
    "AWS::SQS::Queue": (80, _PLACE.format(service="sqs") + "{name}"),
    "AWS::SNS::Topic": (256, _PLACE.format(service="sns") + "{name}"),
    "AWS::Logs::LogGroup": (512, _PLACE.format(service="logs") + "log-group:{name}:*"),
    "AWS::Events::Rule": (64, _PLACE.format(service="events") + "rule/{name}"),
    "AWS::Lambda::Function": (64, _PLACE.format(service="lambda") + "function:{name}"),
    "AWS::Serverless::Function": (64, _PLACE.format(service="lambda") + "function:{name}"),
    "AWS::StepFunctions::StateMachine": (80, _PLACE.format(service="states") + "stateMachine:{name}"),
    "AWS::Serverless::StateMachine": (80, _PLACE.format(service="states") + "stateMachine:{name}"),
    "AWS::CodeBuild::Project": (150, _PLACE.format(service="codebuild") + "project/{name}"),
    "AWS::CodeCommit::Repository": (100, _PLACE.format(service="codecommit") + "{name}"),
    "AWS::CodePipeline::Pipeline": (100, _PLACE.format(service="codepipeline") + "{name}"),
    "AWS::ECR::Repository": (256, _PLACE.format(service="ecr") + "repository/{name}"),
    "AWS::SageMaker::ModelPackageGroup": (63, _PLACE.format(service="sagemaker") + "model-package-group/{name}"),
}
_ARN_IS_REF = frozenset(
    {"AWS::IAM::ManagedPolicy", "AWS::SNS::Topic", "AWS::StepFunctions::StateMachine", "AWS::Serverless::StateMachine"}
)
_UNKNOWN = "u" * 64
_REFERENCE = re.compile(r"\$\{([^!}]+)\}")


class Longest:
    """Values of all templates of a bundle; `root` is the template that has no parent."""

    def __init__(self, sources: list[Source], conditions: Mapping[str, bool] | None = None) -> None:
        """Of conditions, those whose outcome is known; each name is to mean the same in all templates."""
        self._conditions = conditions or {}
        self._documents: dict[str, Mapping[str, Any]] = {source.path: source.document for source in sources}
        self._given = self._passed_down()
        self._asked: list[tuple[str, str]] = []

    def value(self, path: str, value: Any) -> Any:
        """A value of the template `path` with everything in it resolved; `AWS::NoValue` is None."""
        if isinstance(value, list):
            return [each for item in value if (each := self.value(path, item)) is not None]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            name, argument = next(iter(value.items()))
            if name == "Ref" or name.startswith("Fn::"):
                return self._intrinsic(path, name, argument)
        resolved = {name: self.value(path, item) for name, item in value.items()}
        return {name: item for name, item in resolved.items() if item is not None}

    def _intrinsic(self, path: str, name: str, argument: Any) -> Any:
        if name == "Ref":
            return self._reference(path, str(argument))
        if name == "Fn::GetAtt":
            logical_id, _, attribute = (argument if isinstance(argument, str) else ".".join(argument)).partition(".")
            return self._attribute(path, logical_id, attribute)
        if name == "Fn::Sub":
            return self._substituted(path, argument)
        if name == "Fn::If":
            branches = [self.value(path, branch) for branch in argument[1:]]
            if argument[0] in self._conditions:
                return branches[0 if self._conditions[argument[0]] else 1]
            return max(branches, key=lambda branch: -1 if branch is None else len(json.dumps(branch)))
        if name == "Fn::Join":
            parts = self.value(path, argument[1])
            return str(argument[0]).join(map(str, parts)) if isinstance(parts, list) else parts
        return _UNKNOWN

    def _substituted(self, path: str, argument: Any) -> str:
        text, variables = (argument, {}) if isinstance(argument, str) else argument

        def replace(found: re.Match[str]) -> str:
            name = found[1].strip()
            if name in variables:
                return str(self.value(path, variables[name]))
            logical_id, _, attribute = name.partition(".")
            return str(self._attribute(path, logical_id, attribute) if attribute else self._reference(path, name))

        return _REFERENCE.sub(replace, str(text)).replace("${!", "${")

    def _reference(self, path: str, name: str) -> Any:
        if name == "AWS::NoValue":
            return None
        if name == "AWS::StackName":
            return ROOT_NAME + ("-" + "n" * 24 + "-" + "i" * 13 if path in self._given else "")
        if name in _PSEUDO:
            return _PSEUDO[name]
        if name in self._documents[path].get("Resources", {}):
            return self._attribute(path, name, "Arn" if self._type(path, name) in _ARN_IS_REF else "Ref")
        return self._parameter(path, name)

    def _type(self, path: str, logical_id: str) -> str:
        return str(self._documents[path].get("Resources", {}).get(logical_id, {}).get("Type"))

    def _attribute(self, path: str, logical_id: str, attribute: str) -> Any:
        resource = self._documents[path].get("Resources", {}).get(logical_id, {})
        if attribute.startswith("Outputs."):
            child = self._child(resource)
            output = self._documents.get(child, {}).get("Outputs", {}).get(attribute.removeprefix("Outputs."))
            return self.value(child, output["Value"]) if output else _UNKNOWN
        longest, arn = _NAMES.get(resource.get("Type"), (64, _PLACE.format(service="unknown") + "{name}"))
        name = self._own_name(path, resource) or "n" * longest
        return arn.format(name=name) if attribute.endswith("Arn") else name

    def _own_name(self, path: str, resource: Mapping[str, Any]) -> str:
        """The name that a template gives, a path of a role before it."""
        kind = str(resource.get("Type", "")).rpartition("::")[2]
        properties = resource.get("Properties", {})
        given = next((properties[key] for key in (f"{kind}Name", "Name") if key in properties), None)
        given = "" if given is None else str(self.value(path, given))
        if kind not in ("Role", "ManagedPolicy"):
            return given
        longest = _NAMES[resource["Type"]][0]
        return str(self.value(path, properties.get("Path", "/"))).lstrip("/") + (given or "n" * longest)

    def _parameter(self, path: str, name: str) -> Any:
        """What a parent gives it, else another template's of the same name, else as its form says."""
        holder = path if (path, name) in self._given_names() else self._namesake(name)
        if holder is None or (holder, name) in self._asked:
            return self._by_form(path, name)
        parent, value = self._given[holder][0], self._given[holder][1][name]
        self._asked.append((holder, name))
        resolved = self.value(parent, value)
        self._asked.pop()
        return resolved

    def _by_form(self, path: str, name: str) -> str:
        declared = self._documents[path].get("Parameters", {}).get(name, {})
        values = [str(each) for each in (*declared.get("AllowedValues", []), declared.get("Default", ""))]
        if "AllowedValues" in declared or declared.get("Type") == "Number":
            return max(values, key=len)
        if "MaxLength" in declared:
            return "m" * int(declared["MaxLength"])
        return _PLACE.format(service="unknown") + "n" * 64 if name.endswith("Arn") else _UNKNOWN

    def _given_names(self) -> set[tuple[str, str]]:
        return {(child, name) for child, (_, given) in self._given.items() for name in given}

    def _namesake(self, name: str) -> str | None:
        return next((child for child, (_, given) in self._given.items() if name in given), None)

    def _passed_down(self) -> dict[str, tuple[str, dict[str, Any]]]:
        """By nested template: its parent, and the parameters that it is given there."""
        found: dict[str, tuple[str, dict[str, Any]]] = {}
        for path, document in self._documents.items():
            for resource in document.get("Resources", {}).values():
                child = self._child(resource)
                if child:
                    found.setdefault(child, (path, resource["Properties"].get("Parameters", {})))
        return found

    def _child(self, resource: Mapping[str, Any]) -> str:
        """The template of a nested stack, empty when its address is made up only then; written from its parent's."""
        url = resource.get("Properties", {}).get("TemplateURL")
        found = [path for path in (url, f"cf/{url}") if isinstance(url, str) and path in self._documents]
        return str(found[0]) if found else ""
