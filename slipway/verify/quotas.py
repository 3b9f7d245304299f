"""AWS's quotas on what the templates say: how large they and their policies are, and how long the longest names.

Names are those of a root stack whose own has as many characters as the root template allows. A name of which this
module knows no quota is a finding as well, so that none goes unmeasured.

docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
Lengths of names are those of the services' API references.
"""

from __future__ import annotations

import copy
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from slipway.engine.services.cloudformation.checks.limits import URL_BYTES, check_limits
from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.template import serverless
from slipway.verify.bundle import REGIONS, Bundle
from slipway.verify.finding import Finding
from slipway.verify.longest import Longest
from slipway.verify.policies import Policy, policies
from slipway.verify.source import Source
from slipway.verify.states.machines import Machine, machines

_INLINE, _MANAGED, _TRUST = 10_240, 6_144, 2_048
_TOPIC, _QUEUE, _BUCKET, _KEY = 30_720, 8_192, 20_480, 32_768
# docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html and the pages of the other services' policies
_RESOURCE_POLICIES = {
    "AWS::SNS::TopicPolicy": _TOPIC,
    "AWS::SQS::QueuePolicy": _QUEUE,
    "AWS::S3::BucketPolicy": _BUCKET,
    "AWS::KMS::Key": _KEY,
}
_ENVIRONMENT_BYTES = 4_096
_DEFINITION_BYTES = 1_048_576
# None: AWS documents no quota.
_NAMES: Mapping[str, Mapping[str, int | None]] = {
    "AWS::ApiGateway::ApiKey": {"Name": None},
    "AWS::ApiGateway::UsagePlan": {"UsagePlanName": None},
    "AWS::CloudWatch::Alarm": {"AlarmName": 255},
    "AWS::CloudWatch::Dashboard": {"DashboardName": 255},
    "AWS::CodeBuild::Project": {"Name": 150},
    "AWS::CodeCommit::Repository": {"RepositoryName": 100},
    "AWS::CodePipeline::Pipeline": {"Name": 100},
    "AWS::ECR::Repository": {"RepositoryName": 256},
    "AWS::Events::Rule": {"Name": 64},
    "AWS::Glue::Job": {"Name": 255},
    "AWS::Glue::Trigger": {"Name": 255},
    "AWS::Glue::Workflow": {"Name": 255},
    "AWS::IAM::ManagedPolicy": {"ManagedPolicyName": 128, "Path": 512},
    "AWS::IAM::Policy": {"PolicyName": 128},
    "AWS::IAM::Role": {"RoleName": 64, "Path": 512},
    "AWS::Logs::LogGroup": {"LogGroupName": 512},
    "AWS::S3::Bucket": {"BucketName": 63},
    "AWS::SNS::Topic": {"TopicName": 256, "DisplayName": 100},
    "AWS::SQS::Queue": {"QueueName": 80},
    "AWS::SSM::Parameter": {"Name": 1_011},
    "AWS::SageMaker::CodeRepository": {"CodeRepositoryName": 63},
    "AWS::SageMaker::Endpoint": {"EndpointName": 63},
    "AWS::SageMaker::ModelPackageGroup": {"ModelPackageGroupName": 63},
    "AWS::SageMaker::NotebookInstance": {"NotebookInstanceName": 63},
    "AWS::SageMaker::NotebookInstanceLifecycleConfig": {"NotebookInstanceLifecycleConfigName": 63},
    "AWS::SageMaker::Pipeline": {"PipelineName": 256},
    "AWS::Serverless::Api": {"Name": None},
    "AWS::Serverless::Function": {"FunctionName": 64},
    "AWS::Serverless::StateMachine": {"Name": 80},
}
# Names of something else than the resource.
_REFERENCES = frozenset({"AWS::SageMaker::Endpoint.EndpointConfigName", "AWS::Serverless::Api.StageName"})


def findings(bundle: Bundle) -> list[Finding]:
    """What is larger, or may become longer, than AWS takes."""
    longest = Longest(bundle.templates)
    found = [each for source in bundle.templates for each in _template(source)]
    found += _policies(list(policies(bundle.templates, longest)))
    for source in bundle.templates:
        for logical_id, resource in source.document.get("Resources", {}).items():
            found += _resource(source, logical_id, resource, longest)
    return found + list(_definitions(bundle))


def _template(source: Source) -> Iterator[Finding]:
    """A template as CloudFormation reads it: the text from S3, the resources after the transform."""
    size = len(source.text.encode())
    if size > URL_BYTES:
        yield Finding(source.path, 1, "quota-template", f"{size} bytes; a template in S3 has at most {URL_BYTES}")
    document = source.document
    try:
        if document.get("Transform") == serverless.NAME:
            document = serverless.translate(_packaged(document), _defaults(document), REGIONS[0])
        check_limits(document)
    except TemplateError as error:
        yield Finding(source.path, 1, "quota-template", str(error))


def _packaged(document: Mapping[str, Any]) -> dict[str, Any]:
    """A template whose code is in S3, as `sam package` leaves it."""
    packaged: dict[str, Any] = copy.deepcopy(dict(document))
    for resource in packaged["Resources"].values():
        for name in ("CodeUri", "DefinitionUri"):
            if isinstance(resource.get("Properties", {}).get(name), str):
                resource["Properties"][name] = "s3://bucket/key"
    return packaged


def _defaults(document: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(each.get("Default", name)) for name, each in document.get("Parameters", {}).items()}


def _policies(known: list[Policy]) -> Iterator[Finding]:
    """Inline policies count together for their role."""
    inline: dict[tuple[str, str], int] = defaultdict(int)
    for policy in known:
        size = len(json.dumps(policy.document, separators=(",", ":")))
        kind = str(policy.source.document["Resources"][policy.logical_id]["Type"])
        most = {"managed": _MANAGED, "trust": _TRUST}.get(policy.kind) or _RESOURCE_POLICIES.get(kind)
        if policy.kind == "inline":
            most, before = _INLINE, inline[(policy.source.path, policy.holder)]
            size += before
            inline[(policy.source.path, policy.holder)] = size
        if most is None:
            message = f"{policy.logical_id} has a policy, and no quota for those of {kind} is known here"
            yield Finding(policy.source.path, policy.line, "quota-policy", message)
        elif size > most:
            message = f"{policy.holder} has {size} characters of {policy.kind} policy at their longest; at most {most}"
            yield Finding(policy.source.path, policy.line, "quota-policy", message)


def _resource(source: Source, logical_id: str, resource: Mapping[str, Any], longest: Longest) -> Iterator[Finding]:
    properties, kind = resource.get("Properties", {}), str(resource["Type"])
    known = _NAMES.get(kind, {})
    for name, value in properties.items():
        place = ("Resources", logical_id, "Properties", name)
        if name not in known:
            if _is_name(kind, name):
                message = f"{logical_id} has {name}, of which no quota is known here"
                yield Finding(source.path, source.line(place), "quota-name", message)
            continue
        most, text = known[name], str(longest.value(source.path, value))
        if most is not None and len(text) > most:
            message = f"{name} of {logical_id} has {len(text)} characters at its longest; at most {most}"
            yield Finding(source.path, source.line(place), "quota-name", message)
    variables = properties.get("Environment", {}).get("Variables") if kind.endswith("::Function") else None
    size = len(json.dumps(longest.value(source.path, variables))) if variables else 0
    if size > _ENVIRONMENT_BYTES:
        message = f"{logical_id} has {size} bytes of environment at its longest; at most {_ENVIRONMENT_BYTES}"
        yield Finding(
            source.path,
            source.line(("Resources", logical_id, "Properties", "Environment")),
            "quota-environment",
            message,
        )


def _is_name(kind: str, name: str) -> bool:
    """Whether a property names the resource itself: `Name`, or the type's own last word before `Name`."""
    own = kind.rpartition("::")[2] + "Name"
    return name in ("Name", own) and f"{kind}.{name}" not in _REFERENCES


def _definitions(bundle: Bundle) -> Iterator[Finding]:
    for machine in machines(bundle):
        if isinstance(machine, Machine):
            size = len(machine.expanded.text.encode())
            if size > _DEFINITION_BYTES:
                message = f"{size} bytes at their longest; a definition has at most {_DEFINITION_BYTES}"
                yield Finding(machine.expanded.path, 1, "quota-definition", message)
