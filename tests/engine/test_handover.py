"""Every role that an operation of the engine's takes is handed over under iam:PassRole, or there is a reason."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError
from botocore.model import ListShape, Shape, StringShape, StructureShape

from slipway.engine.caller import service_model
from slipway.engine.dispatcher import find_services
from slipway.engine.executed import SERVED
from slipway.engine.handover import ROLES, handed
from tests.engine.mend.account import ACCOUNT, eventually, role

pytestmark = pytest.mark.specification("docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html")

_NAME = re.compile(r"(role|credentials)(_?arn|override)?$", re.IGNORECASE)
# Roles that are not handed over: by service, operation (or all) and path.
EXPLAINED = {
    ("application-autoscaling", "RegisterScalableTarget", "RoleARN"): "only the service-linked role is taken",
    ("codebuild", "*", "buildBatchConfig.serviceRole"): "batch builds are refused by name",
    ("codepipeline", "*", "pipeline.stages.actions.roleArn"): "the pipeline's role assumes it, by sts:AssumeRole",
    ("codepipeline", "*", "pipeline.stages.onFailure.conditions.rules.roleArn"): "as for actions",
    ("codepipeline", "*", "pipeline.stages.onSuccess.conditions.rules.roleArn"): "as for actions",
    ("codepipeline", "*", "pipeline.stages.beforeEntry.conditions.rules.roleArn"): "as for actions",
    (
        "sagemaker",
        "CreateAutoMLJobV2",
        "AutoMLComputeConfig.EmrServerlessComputeConfig.ExecutionRoleARN",
    ): "remote compute is refused by name",
    ("glue", "CreateJob", "Role"): "it may be a bare name, so the operation checks it itself",
    ("glue", "UpdateJob", "JobUpdate.Role"): "as for CreateJob",
    ("sagemaker", "CreateHyperParameterTuningJob", "TrainingJobDefinitions.RoleArn"): "several are refused by name",
    ("sagemaker", "CreateEndpointConfig", "ExecutionRoleArn"): "it is for inference components, refused by name",
    ("sagemaker", "CreateModelPackage", "ValidationSpecification.ValidationRole"): "validation is refused by name",
    (
        "sagemaker",
        "CreateProcessingJob",
        "ProcessingInputs.DatasetDefinition.RedshiftDatasetDefinition.ClusterRoleArn",
    ): "dataset definitions are refused by name",
    ("sts", "AssumeRole", "RoleArn"): "assumed, not handed over",
    ("apigateway", "CreateAuthorizer", "authorizerCredentials"): "the function's own policy lets API Gateway in",
}


def _roles(shape: Shape, path: str = "", within: tuple[str, ...] = ()) -> Iterator[str]:
    """The paths of the members that are named like a role."""
    if isinstance(shape, StructureShape) and shape.name not in within:
        for name, member in shape.members.items():
            yield from _roles(member, f"{path}.{name}".lstrip("."), (*within, shape.name))
    elif isinstance(shape, ListShape):
        yield from _roles(shape.member, path, within)
    elif isinstance(shape, StringShape) and _NAME.search(path.rpartition(".")[2]):
        yield path


def _executed() -> Iterator[tuple[str, str, frozenset[str]]]:
    """Service and operation of everything that the engine executes, and the paths of roles that it hands over."""
    for service in find_services():
        for name, operation in service.operations.items():
            yield service.name, name, frozenset(operation.passes)
    for service_name, served in SERVED.items():
        for name in served.operations:
            yield service_name, name, frozenset()


def _taken() -> Iterator[tuple[str, str, str, bool]]:
    for service, operation, passes in _executed():
        shape = service_model(service, "us-east-1").operation_model(operation).input_shape
        for path in _roles(shape) if shape is not None else ():
            by_table = operation in ROLES.get(service, {})
            yield service, operation, path, path in passes or by_table


def test_every_role_of_every_operation_is_handed_over_or_explained() -> None:
    unexplained = [
        (service, operation, path)
        for service, operation, path, handled in _taken()
        if not handled
        and (service, operation, path) not in EXPLAINED
        and (service, "*", path) not in EXPLAINED
        and service != "iam"  # there a role is what the request is about
    ]
    assert unexplained == []


def test_every_explanation_is_of_a_role_that_is_taken() -> None:
    taken = {(service, operation, path) for service, operation, path, handled in _taken() if not handled}
    explained = {(service, name, path) for service, operation, path in taken for name in (operation, "*")}
    assert sorted(EXPLAINED.keys() - explained) == []


def test_a_document_s_integrations_hand_their_credentials_over() -> None:
    integration = {"x-amazon-apigateway-integration": {"credentials": f"arn:aws:iam::{ACCOUNT}:role/r"}}
    body = json.dumps({"paths": {"/": {"get": integration}}}).encode()
    (found,) = handed("apigateway", "PutRestApi", {"body": body}, ACCOUNT)
    assert (found.role_arn, found.principal) == (f"arn:aws:iam::{ACCOUNT}:role/r", "apigateway.amazonaws.com")
    assert handed("apigateway", "PutRestApi", {"body": yaml.safe_dump(json.loads(body)).encode()}, ACCOUNT) == [found]
    assert handed("apigateway", "PutRestApi", {"body": b"openapi: 3.0.1"}, ACCOUNT) == []
    assert handed("apigateway", "PutRestApi", {"body": b"{"}, ACCOUNT) == []


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "code", "sentence"),
    [
        (
            "lambda",
            "create_function",
            {"FunctionName": "f", "Runtime": "python3.13", "Handler": "h.h", "Code": {"ZipFile": b""}, "Role": "{}"},
            "InvalidParameterValueException",
            "The role defined for the function cannot be assumed by Lambda. (",
        ),
        (
            "events",
            "put_rule",
            {"Name": "r", "ScheduleExpression": "rate(1 day)", "RoleArn": "{}"},
            "ValidationException",
            "Provided role '{}' cannot be assumed by principal 'events.amazonaws.com'. (",
        ),
        (
            "cloudformation",
            "create_stack",
            {"StackName": "s", "TemplateBody": "{}", "RoleARN": "{}"},
            "ValidationError",
            "Role {} is invalid or cannot be assumed (",
        ),
        (
            "sagemaker",
            "create_model",
            {"ModelName": "m", "ExecutionRoleArn": "{}"},
            "ValidationException",
            "Could not assume role {}. Please ensure that the role exists and allows principal",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_role_that_cannot_be_assumed_is_refused_in_the_service_s_words(
    engine: Any, service: str, operation: str, parameters: dict[str, Any], code: str, sentence: str
) -> None:
    arn = role(engine, f"trusts-another-{service}", "ec2.amazonaws.com")
    given = {name: arn if name.lower().endswith(("role", "rolearn")) else value for name, value in parameters.items()}
    with pytest.raises(ClientError) as refused:
        getattr(engine.client(service), operation)(**given)
    error = refused.value.response["Error"]
    assert error["Code"] == code
    assert error["Message"].startswith(sentence.format(arn))
    assert f"may not assume {arn}: its trust policy does not allow sts:AssumeRole" in error["Message"]


@pytest.mark.specification("docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html")
def test_a_trust_for_one_source_is_handed_over_and_holds_for_that_source_alone(engine: Any) -> None:
    iam, states = engine.client("iam"), engine.client("stepfunctions")
    arn = f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:guarded*"
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "states.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"ArnLike": {"aws:SourceArn": arn}, "StringEquals": {"aws:SourceAccount": ACCOUNT}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    made = iam.create_role(RoleName="for-guarded", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    definition = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}})
    machine = states.create_state_machine(name="guarded", definition=definition, roleArn=made)["stateMachineArn"]
    execution = states.start_execution(stateMachineArn=machine)["executionArn"]
    assert eventually(lambda: states.describe_execution(executionArn=execution)["status"] == "SUCCEEDED")
    with pytest.raises(ClientError, match="because no role trust policy allows the sts:AssumeRole action"):
        states.create_state_machine(name="another", definition=definition, roleArn=made)
