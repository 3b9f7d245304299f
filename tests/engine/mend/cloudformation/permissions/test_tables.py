"""The tables of permissions against what the resource type schemas declare."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from slipway.engine import engine as engines
from slipway.engine.clock import Clock
from slipway.engine.mend.cloudformation.checks.schemas import handler_permissions
from slipway.engine.mend.cloudformation.permissions import Change, needs_of, tables

# What a schema leaves out of its handlers, though the API reference names the action for the property.
BEYOND_THE_SCHEMA = {"iam:PassRole", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"}


@pytest.fixture(autouse=True)
def engine(tmp_path: Path) -> Any:
    made = engines.Engine(tmp_path, 1, "eu-west-1", Clock())
    engines.set_current(made)
    yield made
    made.close()


def change(resource_type: str, physical_id: str = "", **properties: Any) -> Change:
    return Change(resource_type, "stack", "Logical", properties, {}, physical_id)


def needs(operation: str, changed: Change) -> list[tuple[str, str]]:
    return [(need.action, need.resource) for need in needs_of(operation, changed)]


@pytest.mark.parametrize("resource_type", sorted(tables()))
def test_a_create_asks_only_for_what_the_schemas_handlers_may_call(resource_type: str) -> None:
    declared = handler_permissions(resource_type, "create") | handler_permissions(resource_type, "update")
    asked = {need.action for need in needs_of("create", change(resource_type))}
    assert not declared or asked <= declared | BEYOND_THE_SCHEMA


def test_a_bucket_asks_for_what_its_properties_need() -> None:
    versioned = change("AWS::S3::Bucket", BucketName="b", VersioningConfiguration={"Status": "Enabled"})
    assert needs("create", versioned) == [
        ("s3:CreateBucket", "arn:aws:s3:::b"),
        ("s3:PutBucketVersioning", "arn:aws:s3:::b"),
    ]
    assert needs("delete", change("AWS::S3::Bucket", "b")) == [("s3:DeleteBucket", "arn:aws:s3:::b")]


def test_a_role_is_handed_to_the_service_that_gets_it() -> None:
    function = change("AWS::Lambda::Function", FunctionName="f", Role="arn:aws:iam::1:role/r")
    passed = [need for need in needs_of("create", function) if need.passed_to]
    assert [(need.resource, need.passed_to) for need in passed] == [("arn:aws:iam::1:role/r", "lambda.amazonaws.com")]


def test_code_is_read_with_the_rights_of_whoever_makes_the_function() -> None:
    function = change("AWS::Lambda::Function", FunctionName="f", Code={"S3Bucket": "b", "S3Key": "k.zip"})
    assert ("s3:GetObject", "arn:aws:s3:::b/k.zip") in needs("create", function)


def test_a_roles_boundary_is_a_condition_key() -> None:
    role = change("AWS::IAM::Role", RoleName="r", PermissionsBoundary="arn:boundary")
    (first, *_) = needs_of("create", role)
    assert (first.action, first.context) == ("iam:CreateRole", {"iam:PermissionsBoundary": "arn:boundary"})


def test_an_api_is_a_path() -> None:
    stage = change("AWS::ApiGateway::Stage", RestApiId="abc", StageName="v1")
    assert needs("create", stage) == [("apigateway:POST", "arn:aws:apigateway:eu-west-1::/restapis/abc/stages")]


def test_a_type_without_a_table_asks_for_every_writing_action_of_its_handler() -> None:
    assert needs("create", change("AWS::Kinesis::Stream"))
    assert all(
        not action.startswith(("kinesis:Describe", "kinesis:List"))
        for action, _ in needs("create", change("AWS::Kinesis::Stream"))
    )


def test_cloudformations_own_types_ask_for_nothing() -> None:
    assert needs("create", change("AWS::CloudFormation::WaitConditionHandle")) == []
    assert needs("create", change("Custom::Thing")) == []
