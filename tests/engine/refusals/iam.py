"""IAM: docs.aws.amazon.com/IAM/latest/APIReference. STS: docs.aws.amazon.com/STS/latest/APIReference."""

from __future__ import annotations

import json
import uuid
from typing import Any

from botocore.exceptions import ClientError

from tests.engine.refusals.attempt import ACCOUNT, NAME, ROLE, Attempt, World, call, operation

_TRUST = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:*"}
_EXCEPT = {
    "Effect": "Allow",
    "NotPrincipal": {"AWS": ROLE},
    "Action": "s3:GetObject",
    "Resource": f"arn:aws:s3:::{NAME}/*",
}


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def assumes(item: str, says: str, **params: Any) -> Attempt:
    """An AssumeRole of a role that the person may assume."""

    def act(world: World) -> str:
        name = f"assumed-{uuid.uuid4().hex[:8]}"
        made = world.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=_policy(_TRUST))
        try:
            world.client("sts").assume_role(RoleArn=made["Role"]["Arn"], RoleSessionName=NAME, **params)
        except ClientError as error:
            return str(error.response["Error"]["Message"])
        return ""

    return Attempt(item, says, act)


_MFA = f"arn:aws:iam::{ACCOUNT}:mfa/ada"

ATTEMPTS = (
    call(
        "Service-linked roles of services that the engine lacks",
        "es.amazonaws.com",
        "iam",
        "create_service_linked_role",
        AWSServiceName="es.amazonaws.com",
    ),
    assumes("source identities", "SourceIdentity", SourceIdentity="ada"),
    assumes("transitive session tags", "TransitiveTagKeys", TransitiveTagKeys=["team"]),
    assumes("multi-factor authentication", "SerialNumber", SerialNumber=_MFA, TokenCode="123456"),
    operation("sessions of users", "sts", "GetSessionToken", "get_session_token"),
    operation("federated sessions", "sts", "GetFederationToken", "get_federation_token", Name="ada"),
    operation(
        "simulations of policies",
        "iam",
        "SimulateCustomPolicy",
        "simulate_custom_policy",
        PolicyInputList=["{}"],
        ActionNames=["s3:GetObject"],
    ),
    call(
        "`NotPrincipal` with Allow",
        "Has prohibited field NotPrincipal",
        "s3",
        "put_bucket_policy",
        Bucket=NAME,
        Policy=_policy(_EXCEPT),
    ),
)
