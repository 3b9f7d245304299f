"""What callers of a running engine may do, and how a refusal is worded; who decided stands in the journal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.engine.mend.account import ACCOUNT, journal, role

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html"
)
MESSAGES = "docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"


def allow(action: Any, resource: Any = "*", effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


class Person:
    """A role of the account that the person at the keyboard assumes."""

    def __init__(self, engine: Any, name: str) -> None:
        self.engine, self.name, self.iam = engine, name, engine.client("iam")
        trust = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": ["sts:AssumeRole", "sts:TagSession"]}
        made = self.iam.create_role(RoleName=name, Path="/team/", AssumeRolePolicyDocument=policy(trust))
        self.role_arn: str = made["Role"]["Arn"]
        self.arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/one"

    def may(self, *statements: dict[str, Any], name: str = "rights") -> Person:
        self.iam.put_role_policy(RoleName=self.name, PolicyName=name, PolicyDocument=policy(*statements))
        return self

    def client(self, service: str, **session: Any) -> Any:
        assumed = self.engine.client("sts").assume_role(RoleArn=self.role_arn, RoleSessionName="one", **session)
        keys = assumed["Credentials"]
        return boto3.client(
            service,
            endpoint_url=self.engine.url,
            region_name="us-east-1",
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        )


@pytest.fixture
def bucket(engine: Any, request: pytest.FixtureRequest) -> Iterator[str]:
    name = f"box-{abs(hash(request.node.nodeid)) % 10**12}"
    s3 = engine.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="key", Body=b"x")
    yield name
    s3.delete_bucket_policy(Bucket=name)
    s3.delete_object(Bucket=name, Key="key")
    s3.delete_bucket(Bucket=name)


def refusal(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 403)
    return str(refused.value.response["Error"]["Message"])


@pytest.mark.specification(MESSAGES)
def test_a_refusal_says_who_what_where_and_which_kind_of_policy(engine: Any, bucket: str) -> None:
    person = Person(engine, "refused").may(allow("s3:ListBucket"))
    message = refusal(person.client("s3").get_object, Bucket=bucket, Key="key")
    assert message == (
        f"User: {person.arn} is not authorized to perform: s3:GetObject on resource:"
        f' "arn:aws:s3:::{bucket}/key" because no identity-based policy allows the s3:GetObject action'
    )


@pytest.mark.specification(MESSAGES)
def test_an_explicit_deny_of_the_bucket_s_policy_is_named(engine: Any, bucket: str) -> None:
    person = Person(engine, "denied").may(allow("s3:*"))
    denial = allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", "Deny", Principal={"AWS": person.role_arn})
    engine.client("s3").put_bucket_policy(Bucket=bucket, Policy=policy(denial))
    message = refusal(person.client("s3").get_object, Bucket=bucket, Key="key")
    assert message.endswith("with an explicit deny in a resource-based policy")


@pytest.mark.specification("docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html")
def test_a_boundary_limits_what_a_role_may(engine: Any, bucket: str) -> None:
    iam = engine.client("iam")
    boundary = iam.create_policy(PolicyName="lists-only", PolicyDocument=policy(allow("s3:ListBucket")))["Policy"][
        "Arn"
    ]
    person = Person(engine, "bounded").may(allow("s3:*"))
    iam.put_role_permissions_boundary(RoleName="bounded", PermissionsBoundary=boundary)
    client = person.client("s3")
    client.list_objects_v2(Bucket=bucket)
    message = refusal(client.get_object, Bucket=bucket, Key="key")
    assert message.endswith("because no permissions boundary allows the s3:GetObject action")


@pytest.mark.specification("docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session")
def test_a_session_policy_limits_the_session(engine: Any, bucket: str) -> None:
    client = Person(engine, "narrowed").may(allow("s3:*")).client("s3", Policy=policy(allow("s3:ListBucket")))
    client.list_objects_v2(Bucket=bucket)
    message = refusal(client.get_object, Bucket=bucket, Key="key")
    assert message.endswith("because no session policy allows the s3:GetObject action")


def test_a_bucket_s_policy_lets_a_role_in_that_has_no_policy(engine: Any, bucket: str) -> None:
    person = Person(engine, "let-in")
    grant = allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal={"AWS": person.role_arn})
    engine.client("s3").put_bucket_policy(Bucket=bucket, Policy=policy(grant))
    assert person.client("s3").get_object(Bucket=bucket, Key="key")["Body"].read() == b"x"


@pytest.mark.specification("docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_manage_delete.html")
def test_a_session_does_not_outlive_its_role(engine: Any, bucket: str) -> None:
    client = Person(engine, "made-twice").may(allow("s3:*")).client("s3")
    client.list_objects_v2(Bucket=bucket)
    iam = engine.client("iam")
    iam.delete_role_policy(RoleName="made-twice", PolicyName="rights")
    iam.delete_role(RoleName="made-twice")
    Person(engine, "made-twice").may(allow("s3:*"))
    assert "s3:ListBucket" in refusal(client.list_objects_v2, Bucket=bucket)


@pytest.mark.specification("docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html")
def test_tags_of_the_caller_and_of_the_resource_are_condition_keys(engine: Any) -> None:
    same = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    person = Person(engine, "tagged").may(allow("sqs:GetQueueUrl", Condition=same))
    engine.client("iam").tag_role(RoleName="tagged", Tags=[{"Key": "team", "Value": "red"}])
    sqs = engine.client("sqs")
    for team in ("red", "blue"):
        sqs.create_queue(QueueName=f"tagged-{team}", tags={"team": team})
    client = person.client("sqs")
    client.get_queue_url(QueueName="tagged-red")
    assert "sqs:GetQueueUrl" in refusal(client.get_queue_url, QueueName="tagged-blue")


@pytest.mark.specification("docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html")
def test_services_of_ours_tell_the_tags_of_their_resources(engine: Any) -> None:
    red = {"StringEquals": {"aws:ResourceTag/team": "red"}}
    person = Person(engine, "reads-red").may(
        allow(["codecommit:GetRepository", "ecr:ListImages", "codebuild:BatchGetProjects"], Condition=red)
    )
    commit, ecr = engine.client("codecommit"), engine.client("ecr")
    for team in ("red", "blue"):
        commit.create_repository(repositoryName=f"tagged-{team}", tags={"team": team})
        ecr.create_repository(repositoryName=f"tagged-{team}", tags=[{"Key": "team", "Value": team}])
    client = person.client("codecommit")
    assert client.get_repository(repositoryName="tagged-red")["repositoryMetadata"]
    assert "codecommit:GetRepository" in refusal(client.get_repository, repositoryName="tagged-blue")
    images = person.client("ecr")
    assert images.list_images(repositoryName="tagged-red")["imageIds"] == []
    assert "ecr:ListImages" in refusal(images.list_images, repositoryName="tagged-blue")
    assert "BatchGetProjects" in refusal(person.client("codebuild").batch_get_projects, names=["not-there"])


RIGHTS = "role/journalled-by/rights"


def test_the_journal_says_which_statement_decided(engine: Any, bucket: str) -> None:
    person = Person(engine, "journalled-by").may(allow("s3:PutObject"), allow("s3:List*", Sid="Lists"))
    person.client("s3").list_objects_v2(Bucket=bucket)
    entry = next(line for line in reversed(journal(engine)) if line["caller"] == person.arn)
    weighed = [check.pop("weighed") for check in entry["checks"]]
    assert [(found["principal"], list(found["identity"])) for found in weighed] == [(person.arn, [RIGHTS])]
    assert entry["checks"] == [
        {
            "action": "s3:ListBucket",
            "resource": f"arn:aws:s3:::{bucket}",
            "decision": "Allow",
            "kind": "identity-based policy",
            "policy": RIGHTS,
            "statement": "Lists",
        }
    ]


@pytest.mark.specification("docs.aws.amazon.com/kms/latest/developerguide/key-policies.html")
def test_a_key_s_policy_must_allow_what_the_caller_s_policy_allows(engine: Any) -> None:
    kms = engine.client("kms")
    own = allow("kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:user/person-at-the-keyboard"})
    key = kms.create_key(Policy=policy(own))["KeyMetadata"]["Arn"]
    client = Person(engine, "key-user").may(allow("kms:*")).client("kms")
    message = refusal(client.encrypt, KeyId=key, Plaintext=b"x")
    assert message.endswith("because no resource-based policy allows the kms:Encrypt action")
    delegated = allow("kms:*", Principal={"AWS": ROOT})
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy(own, delegated))
    client.encrypt(KeyId=key, Plaintext=b"x")


@pytest.mark.specification("docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html")
@pytest.mark.parametrize(
    ("condition", "allowed"),
    [({"iam:PassedToService": "states.amazonaws.com"}, True), ({"iam:PassedToService": "lambda.amazonaws.com"}, False)],
)
def test_a_role_is_passed_to_the_service_that_the_policy_names(
    engine: Any, condition: dict[str, str], allowed: bool
) -> None:
    name = f"passes-{allowed}".lower()
    target = role(engine, f"{name}-target", "states.amazonaws.com")
    person = Person(engine, name).may(
        allow("states:CreateStateMachine"), allow("iam:PassRole", target, Condition={"StringEquals": condition})
    )
    definition = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}})
    create = person.client("stepfunctions").create_state_machine
    if allowed:
        assert create(name=name, definition=definition, roleArn=target)["stateMachineArn"]
        return
    message = refusal(create, name=name, definition=definition, roleArn=target)
    assert message == (
        f"User: {person.arn} is not authorized to perform: iam:PassRole on resource: {target}"
        " because no identity-based policy allows the iam:PassRole action"
    )


@pytest.mark.specification("docs.aws.amazon.com/IAM/latest/APIReference/API_AddRoleToInstanceProfile.html")
def test_a_role_is_passed_to_instances_by_their_profile(engine: Any) -> None:
    target = role(engine, "for-instances", "ec2.amazonaws.com")
    engine.client("iam").create_instance_profile(InstanceProfileName="for-instances")
    person = Person(engine, "profiler").may(allow("iam:AddRoleToInstanceProfile"))
    add = person.client("iam").add_role_to_instance_profile
    message = refusal(add, InstanceProfileName="for-instances", RoleName="for-instances")
    assert f"is not authorized to perform: iam:PassRole on resource: {target}" in message
    to_instances = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
    person.may(allow("iam:PassRole", target, Condition=to_instances), name="passes")
    add(InstanceProfileName="for-instances", RoleName="for-instances")
