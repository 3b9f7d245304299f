"""What is deployed already, as far as it limits what this commit may deploy or what a push can deploy at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from config import template

if TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient
    from mypy_boto3_cloudformation import CloudFormationClient

ROOT_TEMPLATE: Final = Path("template.yaml")


class CannotDeploy(RuntimeError):
    """The deployment would fail on AWS; the message says why and what to do."""


def refuse_instance_type_change(cloudformation: CloudFormationClient, stack: str, parameters: dict[str, str]) -> None:
    """Refuse another instance type for an endpoint that is scaled.

    https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-update.html
    """
    deployed = stack_parameters(cloudformation, stack)
    old, new = deployed.get("InstanceType"), parameters["InstanceType"]
    if not deployed or old == new or deployed["MinCapacity"] == deployed["MaxCapacity"]:
        return
    if {deployed.get("DeployMode"), parameters.get("DeployMode")} & {"serverless", "batch"}:
        return  # there are neither instances nor autoscaling, or there will be none
    raise CannotDeploy(
        f"$.serving.production.instanceType: {new} instead of {old}, but SageMaker refuses another instance type for "
        "an endpoint under autoscaling. Deploy twice: first set autoscaling.minCapacity to the same as "
        "autoscaling.maxCapacity, which turns autoscaling off; then change the instance type and set them back."
    )


def refuse_missing_log_role(apigateway: APIGatewayClient) -> None:
    """Refuse a deployment that API Gateway would: stages with access logs need its log role, one per region.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
    """
    if not apigateway.get_account().get("cloudwatchRoleArn"):
        raise CannotDeploy(
            "API Gateway has no log role in this region, so it refuses APIs that write access logs. "
            "Launch the root stack with ManageApiGatewayLogging=true."
        )


def refuse_unreachable_api(environment: str, parameters: dict[str, str]) -> None:
    """Refuse a private API that has no endpoint to be called through."""
    if parameters["ApiEndpointType"] == "PRIVATE" and not parameters.get("ApiVpcEndpointIds"):
        raise CannotDeploy(
            f"$.serving.{environment}.api.endpointType: PRIVATE, but nobody could call that API. Launch the root stack "
            "with ApiVpcEndpointIds, the VPC endpoints that callers come through, or with CreateVpcEndpoints=true."
        )


def drifted(cloudformation: CloudFormationClient, root_stack: str, root: Path = ROOT_TEMPLATE) -> list[str]:
    """The templates of the root and of its parts that are not what is deployed: a push does not deploy them."""
    parts = _parts(cloudformation, root_stack, root)
    return sorted({str(path) for stack, path in parts if _differs(cloudformation, stack, path)})


def _parts(cloudformation: CloudFormationClient, root_stack: str, root: Path) -> Iterator[tuple[str, Path]]:
    yield root_stack, root
    stacks = {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for resource in cloudformation.describe_stack_resources(StackName=root_stack)["StackResources"]
        if resource["ResourceType"] == "AWS::CloudFormation::Stack" and "PhysicalResourceId" in resource
    }
    for logical_id, resource in template.load(root.read_text(encoding="utf-8"))["Resources"].items():
        if logical_id in stacks:
            yield stacks[logical_id], root.parent / resource["Properties"]["TemplateURL"]


def _differs(cloudformation: CloudFormationClient, stack: str, path: Path) -> bool:
    body: Any = cloudformation.get_template(StackName=stack, TemplateStage="Original")["TemplateBody"]
    deployed = body if isinstance(body, dict) else template.load(body)
    return bool(template.comparable(deployed) != template.comparable(template.load(path.read_text(encoding="utf-8"))))


def stack_parameters(cloudformation: CloudFormationClient, stack: str) -> dict[str, str]:
    """A stack's parameters; none when it does not exist, or was never created."""
    try:
        found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        return {}
    if found["StackStatus"] in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "REVIEW_IN_PROGRESS"):
        return {}
    return {item["ParameterKey"]: item["ParameterValue"] for item in found.get("Parameters", [])}
