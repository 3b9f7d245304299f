"""Keys that are not let in, each with AWS's code for it; and sessions that are limited."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import boto3
import botocore.auth
import pytest
from botocore.exceptions import ClientError

from slipway.engine import adapter
from slipway.engine import credentials as keys
from slipway.engine.errors import AwsError
from slipway.engine.mend.iam import records
from slipway.engine.mend.iam.records import Session
from tests.engine.mend.account import ACCOUNT

STS = "docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"
pytestmark = pytest.mark.specification("docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html")
ROOT = f"arn:aws:iam::{ACCOUNT}:root"


def client(engine: Any, service: str, given: Mapping[str, Any]) -> Any:
    return boto3.client(
        service,
        endpoint_url=engine.url,
        region_name="us-east-1",
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given.get("SessionToken"),
    )


def code(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    return str(refused.value.response["Error"]["Code"])


def role(engine: Any, name: str, *statements: dict[str, Any], condition: Any = None, **more: Any) -> str:
    trust = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": ["sts:AssumeRole", "sts:TagSession"]}
    document = {"Version": "2012-10-17", "Statement": [{**trust, **({"Condition": condition} if condition else {})}]}
    iam = engine.client("iam")
    arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document), **more)["Role"]["Arn"]
    if statements:
        rights = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=rights)
    return arn


def session(engine: Any, arn: str, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = engine.client("sts").assume_role(RoleArn=arn, RoleSessionName="one", **more)["Credentials"]
    return made


# How services of the JSON and the Query protocol, and S3, word that they do not know a key, and that a secret is wrong.
UNKNOWN = {
    "kms": ("list_keys", "UnrecognizedClientException"),
    "iam": ("list_roles", "InvalidClientTokenId"),
    "s3": ("list_buckets", "InvalidAccessKeyId"),
}
MISMATCH = {"kms": "InvalidSignatureException", "iam": "SignatureDoesNotMatch", "s3": "SignatureDoesNotMatch"}


@pytest.mark.parametrize("service", UNKNOWN)
@pytest.mark.parametrize("key", ["test", ACCOUNT, "AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE"])
def test_a_key_that_nobody_made_is_unknown(engine: Any, service: str, key: str) -> None:
    operation, expected = UNKNOWN[service]
    stranger = client(engine, service, {"AccessKeyId": key, "SecretAccessKey": "test"})
    assert code(getattr(stranger, operation)) == expected


@pytest.mark.parametrize("service", MISMATCH)
def test_a_wrong_secret_is_refused(engine: Any, service: str) -> None:
    given = session(engine, role(engine, f"wrong-secret-{service}"))
    forged = client(engine, service, {**given, "SecretAccessKey": "wrong"})
    assert code(getattr(forged, UNKNOWN[service][0])) == MISMATCH[service]


@pytest.mark.parametrize("token", [None, "another"])
def test_a_session_s_key_is_nothing_without_its_token(engine: Any, token: str | None) -> None:
    given = session(engine, role(engine, f"token-{token}".lower()))
    assert code(client(engine, "kms", {**given, "SessionToken": token}).list_keys) == "UnrecognizedClientException"


def test_a_user_s_key_that_is_switched_off_is_refused(engine: Any) -> None:
    iam = engine.client("iam")
    iam.create_user(UserName="switched-off")
    key = iam.create_access_key(UserName="switched-off")["AccessKey"]
    assert code(client(engine, "iam", key).list_roles) == "AccessDenied"
    iam.update_access_key(UserName="switched-off", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    assert code(client(engine, "iam", key).list_roles) == "InvalidClientTokenId"


def test_a_session_that_has_ended_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINISTACK_ACCOUNT_ID", ACCOUNT)
    sts = adapter.part("services.sts")
    monkeypatch.setattr(sts, "_evict_expired_sessions", records.keep_expired(sts._evict_expired_sessions))
    ended, made = (keys.new(keys.ROLE) for _ in range(2))
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/ended/one"
    records.register_session(ended, Session(arn, "AROAENDED:one", ACCOUNT, seconds=-1))
    records.register_session(made, Session(arn, "AROAENDED:one", ACCOUNT, seconds=60))
    assert adapter.resolve(made.access_key_id, made.token).arn == arn
    with pytest.raises(AwsError, match="expired") as refused:
        adapter.resolve(ended.access_key_id, ended.token)
    assert refused.value.code == "ExpiredTokenException"


@pytest.mark.specification("docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html")
@pytest.mark.parametrize(("minutes", "service"), [(16, "kms"), (-16, "kms"), (16, "iam"), (16, "s3")])
def test_a_signature_of_another_time_is_refused(engine: Any, minutes: int, service: str) -> None:
    expected = {"kms": "InvalidSignatureException", "iam": "SignatureDoesNotMatch", "s3": "RequestTimeTooSkewed"}
    given = session(engine, role(engine, f"skewed-{minutes}-{service}"))
    late = client(engine, service, given)
    with mock.patch.object(botocore.auth, "get_current_datetime") as now:
        now.return_value = datetime.now(UTC).replace(tzinfo=None) - timedelta(minutes=minutes)
        assert code(getattr(late, UNKNOWN[service][0])) == expected[service]


@pytest.mark.specification(STS)
def test_a_session_lasts_no_longer_than_the_role_allows(engine: Any) -> None:
    arn = role(engine, "lasts", MaxSessionDuration=7200)
    given = session(engine, arn, DurationSeconds=7200)
    left = given["Expiration"] - datetime.now(UTC)
    assert timedelta(hours=1) < left <= timedelta(hours=2)
    message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    with pytest.raises(ClientError, match=message):
        session(engine, arn, DurationSeconds=7201)


@pytest.mark.specification("docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining")
def test_a_role_that_a_session_assumes_lasts_an_hour_at_most(engine: Any) -> None:
    last = role(engine, "chain-last", MaxSessionDuration=7200)
    first = role(engine, "chain-first", {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": last})
    chained = client(engine, "sts", session(engine, first))
    assert chained.assume_role(RoleArn=last, RoleSessionName="two", DurationSeconds=3600)["Credentials"]
    with pytest.raises(ClientError, match="exceeds the 1 hour session limit for roles assumed by role chaining"):
        chained.assume_role(RoleArn=last, RoleSessionName="two", DurationSeconds=3601)


@pytest.mark.specification(STS)
def test_a_trust_that_names_the_account_leaves_it_to_the_caller_s_policies(engine: Any) -> None:
    target = role(engine, "trusts-account")
    caller = client(engine, "sts", session(engine, role(engine, "may-not-assume")))
    with pytest.raises(ClientError) as refused:
        caller.assume_role(RoleArn=target, RoleSessionName="two")
    assert refused.value.response["Error"] == {
        "Type": "Sender",
        "Code": "AccessDenied",
        "Message": f"User: arn:aws:sts::{ACCOUNT}:assumed-role/may-not-assume/one is not authorized to perform:"
        f" sts:AssumeRole on resource: {target}"
        " because no identity-based policy allows the sts:AssumeRole action",
    }


@pytest.mark.specification("docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html")
def test_a_trust_may_ask_for_an_external_id(engine: Any) -> None:
    arn = role(engine, "external", condition={"StringEquals": {"sts:ExternalId": "agreed"}})
    assert session(engine, arn, ExternalId="agreed")
    with pytest.raises(ClientError, match="because no role trust policy allows the sts:AssumeRole action"):
        session(engine, arn, ExternalId="another")
    with pytest.raises(ClientError, match="because no role trust policy allows the sts:AssumeRole action"):
        session(engine, arn)


@pytest.mark.specification("docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html")
def test_session_tags_describe_the_session(engine: Any) -> None:
    red = {"StringEquals": {"aws:PrincipalTag/team": "red"}}
    arn = role(
        engine,
        "session-tags",
        {"Effect": "Allow", "Action": "kms:ListKeys", "Resource": "*", "Condition": red},
        Tags=[{"Key": "team", "Value": "blue"}],
    )
    client(engine, "kms", session(engine, arn, Tags=[{"Key": "team", "Value": "red"}])).list_keys()
    assert code(client(engine, "kms", session(engine, arn)).list_keys) == "AccessDeniedException"


@pytest.mark.specification(STS)
@pytest.mark.parametrize("name", ["SourceIdentity", "TransitiveTagKeys"])
def test_what_assume_role_does_not_execute_is_refused_by_name(engine: Any, name: str) -> None:
    arn = role(engine, f"refuses-{name}".lower())
    given: Any = ["team"] if name == "TransitiveTagKeys" else "ada-"
    with pytest.raises(ClientError, match=f"The local engine does not execute {name} of AssumeRole"):
        session(engine, arn, **{name: given})


@pytest.mark.specification(STS)
def test_a_malformed_session_policy_is_refused(engine: Any) -> None:
    arn = role(engine, "malformed-session")
    assert code(session, engine=engine, arn=arn, Policy='{"Statement": []}') == "MalformedPolicyDocument"


@pytest.mark.specification("docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html")
def test_everybody_may_ask_who_they_are(engine: Any) -> None:
    iam = engine.client("iam")
    arn = role(engine, "who-am-i", {"Effect": "Deny", "Action": "*", "Resource": "*"})
    identity = client(engine, "sts", session(engine, arn)).get_caller_identity()
    identifier = iam.get_role(RoleName="who-am-i")["Role"]["RoleId"]
    assert identity["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/who-am-i/one"
    assert (identity["UserId"], identity["Account"]) == (f"{identifier}:one", ACCOUNT)
