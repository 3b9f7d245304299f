"""Service-linked roles carry AWS's names and AWS's managed policies.

docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-service-linked-roles.html
docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSApplicationAutoscalingSageMakerEndpointPolicy.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slipway.engine import adapter

_SERVICE = "services.iam"


@dataclass(frozen=True)
class LinkedRole:
    """The role that AWS makes for a service, with the statements of its managed policy."""

    name: str
    policy: str
    statements: tuple[dict[str, Any], ...]

    @property
    def policy_arn(self) -> str:
        """The ARN of the managed policy."""
        return f"arn:aws:iam::aws:policy/aws-service-role/{self.policy}"


_SAGEMAKER_SCALING = (
    {
        "Sid": "SageMaker",
        "Effect": "Allow",
        "Action": [
            "sagemaker:DescribeEndpoint",
            "sagemaker:DescribeEndpointConfig",
            "sagemaker:DescribeInferenceComponent",
            "sagemaker:UpdateEndpointWeightsAndCapacities",
            "sagemaker:UpdateInferenceComponentRuntimeConfig",
            "cloudwatch:DescribeAlarms",
            "cloudwatch:GetMetricData",
        ],
        "Resource": ["*"],
    },
    {
        "Sid": "SageMakerCloudWatchUpdate",
        "Effect": "Allow",
        "Action": ["cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms"],
        "Resource": ["arn:aws:cloudwatch:*:*:alarm:TargetTracking*"],
    },
)

ROLES = {
    "sagemaker.application-autoscaling.amazonaws.com": LinkedRole(
        "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint",
        "AWSApplicationAutoscalingSageMakerEndpointPolicy",
        _SAGEMAKER_SCALING,
    )
}


def apply() -> None:
    """Add the managed policies and put our function in MiniStack's place."""
    iam = adapter.part(_SERVICE)
    for linked in ROLES.values():
        document = json.dumps({"Version": "2012-10-17", "Statement": linked.statements})
        record = iam._make_aws_managed_record(f"aws-service-role/{linked.policy}", document)
        iam._aws_managed_policies[linked.policy_arn] = record
    adapter.replace(_SERVICE, "_create_service_linked_role", _named)
    iam._IAM_HANDLERS["CreateServiceLinkedRole"] = iam._create_service_linked_role


def _named(create: Callable[..., Any]) -> Callable[..., Any]:
    def created(parameters: Any) -> Any:
        iam = adapter.part(_SERVICE)
        service = iam._p(parameters, "AWSServiceName")
        linked = ROLES.get(service)
        if linked is None:
            text = f"{service} has no service-linked role that is executed here"
            return iam._error(400, "InvalidInput", text, ns="iam")
        if linked.name in iam._roles:
            text = f"Service role name {linked.name} has been taken in this account, please try a different suffix."
            return iam._error(400, "InvalidInput", text, ns="iam")
        status, headers, body = create(parameters)
        _rename(iam, service, linked)
        made = f"AWSServiceRoleFor{service.split('.')[0].capitalize()}"
        return status, headers, body.replace(made.encode(), linked.name.encode())

    return created


def _rename(iam: Any, service: str, linked: LinkedRole) -> None:
    role = iam._roles.pop(f"AWSServiceRoleFor{service.split('.')[0].capitalize()}")
    arn = role["Arn"].rpartition("/")[0] + f"/{linked.name}"
    iam._roles[linked.name] = {**role, "RoleName": linked.name, "Arn": arn, "AttachedPolicies": [linked.policy_arn]}
