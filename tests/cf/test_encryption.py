"""What holds rows, models or messages about them is encrypted with the install's key.

https://docs.aws.amazon.com/kms/latest/developerguide/overview.html
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from config.rules.kept_data import HOLDS_DATA
from tests.cf import templates

NAMES = [path.stem for path in sorted(templates.FOLDER.glob("*.yaml"))]
BY_OUR_KEY = {
    "AWS::CodePipeline::Pipeline": "EncryptionKey",
    "AWS::S3::Bucket": "KMSMasterKeyID",
    "AWS::SNS::Topic": "KmsMasterKeyId",
    "AWS::SageMaker::EndpointConfig": "KmsKeyId",
    "AWS::SageMaker::NotebookInstance": "KmsKeyId",
}
QUEUES = {"callback": ("SqsManagedSseEnabled", True), "triggers": ("KmsMasterKeyId", {"Ref": "KeyArn"})}
# Encrypted by AWS with keys of its own: code, programs, names, numbers of runs and lines of logs.
BY_KEYS_OF_AWS = {
    "AWS::CodeCommit::Repository": "https://docs.aws.amazon.com/codecommit/latest/userguide/encryption.html",
    "AWS::ECR::Repository": "https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html",
    "AWS::Logs::LogGroup": "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
    "AWS::SSM::Parameter": "https://docs.aws.amazon.com/systems-manager/latest/userguide/data-protection.html",
}
# A key itself, and what other resources hold the data of.
HOLDS_NAMES = {"AWS::KMS::Key", "AWS::SageMaker::ModelPackageGroup"}
# Services have their own names for the key of what a job writes.
WRITES_BY_OUR_KEY = {
    "createProcessingJob": "ProcessingOutputConfig",
    "createTransformJob": "TransformOutput",
}


def resources(kind: str) -> list[Any]:
    """Every resource of a type in all templates."""
    found = [(name, *each) for name in NAMES for each in templates.of_type(name, kind).items()]
    return [pytest.param(name, properties, id=f"{name}.{logical_id}") for name, logical_id, properties in found]


def test_every_type_that_holds_data_has_its_place_here() -> None:
    kinds = {found["Type"] for name in NAMES for found in templates.load(name)["Resources"].values()}
    placed = {*BY_OUR_KEY, *BY_KEYS_OF_AWS, *HOLDS_NAMES, "AWS::SQS::Queue"}
    assert kinds & set(HOLDS_DATA) <= placed


@pytest.mark.parametrize("kind", BY_OUR_KEY)
def test_there_is_one_of_each_type_that_must_have_our_key(kind: str) -> None:
    assert resources(kind)


@pytest.mark.parametrize(
    ("member", "properties"),
    [
        pytest.param(member, *found.values[1:], id=str(found.id))
        for kind, member in BY_OUR_KEY.items()
        for found in resources(kind)
    ],
)
def test_what_holds_rows_or_models_has_the_installs_key(member: str, properties: dict[str, Any]) -> None:
    assert f'"{member}":' in json.dumps(properties)
    assert '"KeyArn"' in json.dumps(properties) or '["Key", "Arn"]' in json.dumps(properties)


@pytest.mark.parametrize(("name", "queue"), resources("AWS::SQS::Queue"))
def test_a_queue_of_data_has_the_installs_key_and_one_of_tokens_a_key_of_sqs(name: str, queue: dict[str, Any]) -> None:
    member, value = QUEUES[name]
    assert queue.get(member) == value


@pytest.mark.parametrize("definition", sorted(templates.FOLDER.glob("*.asl.json")), ids=lambda path: path.name)
def test_a_job_of_a_state_machine_writes_with_the_installs_key(definition: Any) -> None:
    states = json.loads(definition.read_text("utf-8"))["States"]
    for name, state in states.items():
        operation = state.get("Resource", "").rpartition(":")[2].removesuffix(".sync").partition(".")[0]
        if operation in WRITES_BY_OUR_KEY:
            assert state["Arguments"][WRITES_BY_OUR_KEY[operation]]["KmsKeyId"] == "${KeyArn}", name
