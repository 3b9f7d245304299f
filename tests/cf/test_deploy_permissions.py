"""What CloudFormation may do for the pipeline, against what AWS says that its resource types call.

A type's schema lists the actions of its handlers, which are what CloudFormation calls under the stack's role:
https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

from __future__ import annotations

import fnmatch
from functools import cache

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from tests.cf import templates

DEPLOYED = {
    "training": ("training", "direct", "callback"),
    "test": ("test", "serving", "batch", "model"),
    "production": ("production", "serving", "batch", "model"),
}
FROM_SAM = {
    "AWS::Serverless::Api": ("AWS::ApiGateway::RestApi", "AWS::ApiGateway::Deployment", "AWS::ApiGateway::Stage"),
    "AWS::Serverless::Function": ("AWS::Lambda::Function",),
    "AWS::Serverless::StateMachine": ("AWS::StepFunctions::StateMachine",),
}
# Handlers list what they call for every property; these belong to properties that the templates do not set.
NOT_ASKED_FOR = {
    "a policy of the API itself": ["apigateway:UpdateRestApiPolicy"],
    "a policy of the package group": ["sagemaker:*ModelPackageGroupPolicy"],
    "a stack policy, or termination protection": [
        "cloudformation:SetStackPolicy",
        "cloudformation:UpdateTerminationProtection",
    ],
    "a key of the function's, the machine's or the log group's own": [
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey",
        "logs:*ssociateKmsKey",
    ],
    "managed policies on roles, which are refused by a rule of ours": ["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
    "giving a boundary up, which nobody may": ["iam:DeleteRolePermissionsBoundary"],
    "file systems, layers, code signing, concurrency, capacity providers, versions": [
        "elasticfilesystem:*",
        "lambda:*CapacityProvider",
        "lambda:*CodeSigningConfig",
        "lambda:*Concurrency*",
        "lambda:AssociateRuntimeAlias",
        "lambda:GetLayerVersion",
        "lambda:PublishVersion",
        "lambda:PutFunctionRecursionConfig",
        "lambda:PutFunctionScalingConfig",
        "lambda:PutRuntimeManagementConfig",
        "s3files:*",
    ],
    "deliveries, indexes, masking and policies of logs": [
        "firehose:*",
        "logs:CreateLogDelivery",
        "logs:DeleteIndexPolicy",
        "logs:DeleteResourcePolicy",
        "logs:Put*Policy",
        "logs:PutBearerTokenAuthentication",
        "logs:PutLogGroupDeletionProtection",
        "s3:REST.*",
    ],
    "scheduled and predictive scaling": [
        "application-autoscaling:*ScheduledAction",
        "cloudwatch:GetMetricData",
    ],
}
NOT_ASKED_FOR_BY = {
    # Its functions are in no network and have no key of their own.
    "training": ["ec2:Describe*", "kms:CreateGrant"],
}
# Asked for by other pages than the types' schemas.
ASKED_FOR_ELSEWHERE = {
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/control-access-with-iam.html
    "cloudformation:CreateChangeSet": "the transform",
    # https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_id-based-policy-examples.html
    "sagemaker:UpdateEndpointWeightsAndCapacities": "registering a scalable target",
    "s3:GetObjectVersion": "packages of a version",
}


def granted(stack: str) -> set[str]:
    """What the role that deploys a stack may do."""
    if stack == "training":
        statements = templates.statements(templates.properties("access", "TrainingRole"))
    else:
        statements = templates.statements(templates.properties("serving-access", "Role"))
    if stack == "production":
        statements = statements + templates.properties("serving-access", "Production")["PolicyDocument"]["Statement"]
    return {action for statement in statements for action in templates.as_list(statement["Action"])}


@cache
def called(stack: str) -> frozenset[str]:
    """What the handlers of a stack's resource types may call."""
    resources = [found for name in DEPLOYED[stack] for found in templates.load(name)["Resources"].values()]
    types = {kind for found in resources for kind in FROM_SAM.get(found["Type"], (found["Type"],))}
    schemas = [PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema for kind in types]
    handlers = [handler for schema in schemas for name, handler in schema.get("handlers", {}).items() if name != "list"]
    tagging = [schema["tagging"] for schema in schemas if "tagging" in schema]
    return frozenset(action for part in handlers + tagging for action in part.get("permissions", ()))


def among(action: str, patterns: list[str] | frozenset[str]) -> bool:
    """Whether an action is one of them; IAM tells no capitals from small letters."""
    return any(fnmatch.fnmatchcase(action.lower(), pattern.lower()) for pattern in patterns)


@pytest.mark.parametrize("stack", DEPLOYED)
def test_every_call_of_cloudformation_is_allowed(stack: str) -> None:
    exempt = [pattern for patterns in NOT_ASKED_FOR.values() for pattern in patterns] + NOT_ASKED_FOR_BY.get(stack, [])
    assert {action for action in called(stack) - granted(stack) if not among(action, exempt)} == set()


@pytest.mark.parametrize("stack", DEPLOYED)
def test_nothing_is_allowed_that_cloudformation_does_not_call(stack: str) -> None:
    needless = {action for action in granted(stack) if not among(action, called(stack))}
    assert needless <= set(ASKED_FOR_ELSEWHERE)


@pytest.mark.parametrize("reason", NOT_ASKED_FOR)
def test_every_exemption_is_of_use(reason: str) -> None:
    every = frozenset().union(*(called(stack) for stack in DEPLOYED))
    for pattern in NOT_ASKED_FOR[reason]:
        assert any(among(action, [pattern]) for action in every), pattern


@pytest.mark.parametrize("stack", NOT_ASKED_FOR_BY)
def test_every_exemption_of_a_stack_is_of_use(stack: str) -> None:
    for pattern in NOT_ASKED_FOR_BY[stack]:
        assert any(among(action, [pattern]) for action in called(stack)), pattern
