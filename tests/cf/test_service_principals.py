"""A service of AWS acts for this account only, wherever AWS documents that it says for whom it acts.

https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.cf import templates

NAMES = [path.stem for path in sorted(templates.FOLDER.glob("*.yaml"))]
POLICIES = {
    "AWS::IAM::Role": "AssumeRolePolicyDocument",
    "AWS::KMS::Key": "KeyPolicy",
    "AWS::S3::BucketPolicy": "PolicyDocument",
    "AWS::SNS::TopicPolicy": "PolicyDocument",
    "AWS::SQS::QueuePolicy": "PolicyDocument",
}
# Of whom no page of AWS's says, in November 2026, that they send aws:SourceAccount or aws:SourceArn when they assume a
# role of the account's own; a condition on a key that is not there lets nobody in. A role can only be passed within its
# account: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
SAYS_NOTHING = {
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
    "apigateway.amazonaws.com": {"access.ApiGatewayLogRole"},
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html
    "cloudformation.amazonaws.com": {"access.TrainingRole", "serving-access.Role"},
    # https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-service-role-cli.html
    "codepipeline.amazonaws.com": {"pipeline.Role"},
    # https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
    "lambda.amazonaws.com": {"actions.OutcomeRole", "actions.PromoteRole", "actions.RejectRole", "actions.SmokeRole"}
    | {"callback.Role", "serving.FunctionRole", "teardown.Role", "triggers.DropRole"},
    # Notebook instances; for its jobs and endpoints it is documented, and asked for.
    "sagemaker.amazonaws.com": {"notebook.NotebookRole"},
}


def admitted() -> Iterator[Any]:
    """Each service that a statement lets in, with whose policy it is and the statement's condition keys."""
    for name in NAMES:
        for logical_id, found in templates.load(name)["Resources"].items():
            document = found.get("Properties", {}).get(POLICIES.get(found["Type"], ""), {"Statement": []})
            for statement in document["Statement"]:
                keys = {key for block in statement.get("Condition", {}).values() for key in block}
                principal = statement["Principal"]
                for service in templates.as_list(principal.get("Service", []) if isinstance(principal, dict) else []):
                    yield pytest.param(f"{name}.{logical_id}", service, keys, id=f"{name}.{logical_id}-{service}")


@pytest.mark.parametrize(("policy", "service", "keys"), list(admitted()))
def test_a_service_acts_for_this_account_where_that_is_documented(policy: str, service: str, keys: set[str]) -> None:
    says_nothing = policy in SAYS_NOTHING.get(service, set())
    assert bool(keys & {"aws:SourceAccount", "aws:SourceArn"}) is not says_nothing


def test_every_exception_is_of_use() -> None:
    there = {(parameters.values[0], parameters.values[1]) for parameters in admitted()}
    assert {(policy, service) for service, policies in SAYS_NOTHING.items() for policy in policies} <= there


@pytest.mark.parametrize("name", NAMES)
def test_a_function_is_invoked_by_one_source_of_a_service(name: str) -> None:
    for logical_id, permission in templates.of_type(name, "AWS::Lambda::Permission").items():
        assert "SourceArn" in permission, logical_id
    # SAM gives a rule's permission the rule as its source; a queue is read by the function, and invokes nothing.
    # https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources-function.html
    for function in templates.of_type(name, "AWS::Serverless::Function").values():
        assert {event["Type"] for event in function.get("Events", {}).values()} <= {"EventBridgeRule", "SQS"}
