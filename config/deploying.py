"""What of `deploy.mode` cannot be deployed here, or over what is in service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from config.deployed import CannotDeploy, stack_parameters

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

# What UpdateEndpoint makes of an endpoint in service: a serverless one may get instances, never the other way round.
# https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-update.html
_CHANGES: Final[dict[str, tuple[str, ...]]] = {
    "endpoint": ("endpoint",),
    "serverless": ("endpoint", "serverless"),
}


def check(cloudformation: CloudFormationClient, environment: str, parameters: dict[str, str]) -> None:
    """Refuse parameters of an environment's stack that AWS would refuse when they are deployed."""
    _refuse_vpc(environment, parameters)
    _refuse_change(cloudformation, environment, parameters)


def _refuse_vpc(environment: str, parameters: dict[str, str]) -> None:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html (feature exclusions)."""
    if parameters["DeployMode"] == "serverless" and parameters.get("SubnetIds"):
        raise CannotDeploy(
            f"$.deploy.mode: serverless, but the {environment} environment is in a VPC, where SageMaker runs no "
            "serverless endpoint. Launch the root stack without its subnets, or choose another mode."
        )


def _refuse_change(cloudformation: CloudFormationClient, environment: str, parameters: dict[str, str]) -> None:
    stack = f"{parameters['Prefix']}-{environment}"
    deployed = stack_parameters(cloudformation, stack)
    old, new = deployed.get("DeployMode", "endpoint"), parameters["DeployMode"]
    if deployed and new not in _CHANGES[old]:
        raise CannotDeploy(
            f"$.deploy.mode: {new} instead of {old}, but SageMaker does not make an endpoint of mode {old} one of mode "
            f"{new}. Delete the stack {stack}, whose endpoint and API are then gone until the next run has deployed."
        )
