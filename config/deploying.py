"""What of `deploy.mode` cannot be deployed here, or over what is in service."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from config.deployed import CannotDeploy, stack_parameters

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

# What UpdateEndpoint makes of an endpoint in service: a serverless one may get instances, never the other way round.
# That it takes away or adds AsyncInferenceConfig is not documented. A request to several models has to name one, which
# one model refuses: while a deployment has instances of both kinds, each would refuse some requests. Mode batch has no
# endpoint, so that CloudFormation deletes what there was and creates what comes.
# https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-update.html
_CHANGES: Final[dict[str, tuple[str, ...]]] = {
    "endpoint": ("endpoint", "batch"),
    "serverless": ("endpoint", "serverless", "batch"),
    "async": ("async", "batch"),
    "multi-model": ("multi-model", "batch"),
    "batch": ("endpoint", "serverless", "async", "multi-model", "batch"),
}
# Where cf/triggers.yaml looks for new data.
_INCOMING: Final = "incoming/"


def check(cloudformation: CloudFormationClient, environment: str, parameters: dict[str, str]) -> None:
    """Refuse parameters of an environment's stack that AWS would refuse when they are deployed."""
    _refuse_vpc(environment, parameters)
    _refuse_places(parameters)
    _refuse_change(cloudformation, environment, parameters)


def _refuse_vpc(environment: str, parameters: dict[str, str]) -> None:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html (feature exclusions)."""
    if parameters["DeployMode"] == "serverless" and parameters.get("SubnetIds"):
        raise CannotDeploy(
            f"$.deploy.mode: serverless, but the {environment} environment is in a VPC, where SageMaker runs no "
            "serverless endpoint. Launch the root stack without its subnets, or choose another mode."
        )


def _refuse_places(parameters: dict[str, str]) -> None:
    """A batch reads and writes where the roles of an install may, and starts no run with what it writes."""
    if parameters["DeployMode"] != "batch":
        return
    buckets = (os.environ["ARTIFACT_BUCKET"], os.environ["DATA_BUCKET"])
    for field, uri in (("inputUri", parameters["BatchInputUri"]), ("outputUri", parameters["BatchOutputUri"])):
        if urlsplit(uri).netloc not in buckets:
            raise CannotDeploy(
                f"$.deploy.batch.{field}: {uri}, but the roles of this install reach its own buckets only, "
                f"{' and '.join(buckets)}."
            )
    watched = f"s3://{buckets[1]}/{_INCOMING}"
    if f"{parameters['BatchOutputUri']}/".startswith(watched):
        raise CannotDeploy(
            f"$.deploy.batch.outputUri: what is written below {watched} is new data, which starts a run."
        )


def _refuse_change(cloudformation: CloudFormationClient, environment: str, parameters: dict[str, str]) -> None:
    stack = f"{parameters['Prefix']}-{environment}"
    deployed = stack_parameters(cloudformation, stack)
    old, new = deployed.get("DeployMode", "endpoint"), parameters["DeployMode"]
    if deployed and new not in _CHANGES[old]:
        reason = f"SageMaker does not make an endpoint of mode {old} one of mode {new}"
        if "multi-model" in (old, new):
            reason = "requests would be refused while instances of both kinds are in service"
        raise CannotDeploy(
            f"$.deploy.mode: {new} instead of {old}, but {reason}. Deploy twice: first with mode batch, which removes "
            f"the endpoint and its API, then with {new}."
        )
