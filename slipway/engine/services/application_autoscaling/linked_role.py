"""The service-linked role under which the service acts, made for the first target by whoever registers it.

docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-service-linked-roles.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slipway.engine.caller import Caller
    from slipway.engine.engine import Engine

PRINCIPAL = "sagemaker.application-autoscaling.amazonaws.com"
NAME = "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"


def arn(engine: Engine) -> str:
    """The role's ARN."""
    return f"arn:aws:iam::{engine.account}:role/aws-service-role/{PRINCIPAL}/{NAME}"


def ensure(engine: Engine, caller: Caller) -> None:
    """Make the role unless it is there; the caller needs iam:CreateServiceLinkedRole for that."""
    if not engine.authorization.trusts(arn(engine), PRINCIPAL, ""):
        caller.client("iam").create_service_linked_role(AWSServiceName=PRINCIPAL)


def session(engine: Engine) -> Caller:
    """The service under its role."""
    return engine.as_role(arn(engine), PRINCIPAL, "AutoScaling-UpdateDesiredCapacity")
