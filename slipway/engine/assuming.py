"""How a service refuses a role that it is handed and cannot assume: AWS's code and sentence, and then why.

docs.aws.amazon.com/lambda/latest/dg/troubleshooting-deployment.html
docs.aws.amazon.com/step-functions/latest/dg/troubleshooting-general.html
docs.aws.amazon.com/codebuild/latest/userguide/troubleshooting.html
docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
docs.aws.amazon.com/eventbridge/latest/userguide/eb-troubleshooting.html
docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html
"""

from __future__ import annotations

from collections.abc import Mapping

from slipway.engine.errors import AwsError

_REFUSALS: Mapping[str, tuple[str, str]] = {
    "apigateway.amazonaws.com": (
        "BadRequestException",
        "The role ARN does not have required permissions configured."
        " Please grant trust permission for API Gateway and add the required role policy.",
    ),
    "cloudformation.amazonaws.com": ("ValidationError", "Role {role} is invalid or cannot be assumed"),
    "codebuild.amazonaws.com": (
        "InvalidInputException",
        "CodeBuild is not authorized to perform: sts:AssumeRole on {role}",
    ),
    "codepipeline.amazonaws.com": (
        "InvalidStructureException",
        "CodePipeline is not authorized to perform AssumeRole on role {role}",
    ),
    "events.amazonaws.com": (
        "ValidationException",
        "Provided role '{role}' cannot be assumed by principal 'events.amazonaws.com'.",
    ),
    "lambda.amazonaws.com": (
        "InvalidParameterValueException",
        "The role defined for the function cannot be assumed by Lambda.",
    ),
    "sagemaker.amazonaws.com": (
        "ValidationException",
        "Could not assume role {role}. Please ensure that the role exists and allows principal"
        " 'sagemaker.amazonaws.com' to assume the role.",
    ),
    "states.amazonaws.com": (
        "AccessDeniedException",
        "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the"
        " provided role.",
    ),
}
_ANOTHER = ("ValidationException", "The role {role} cannot be assumed by {service}.")


def refusal(role_arn: str, service: str, *, exists: bool) -> AwsError:
    """The error for a role that is not there, or does not trust the service."""
    code, sentence = _REFUSALS.get(service, _ANOTHER)
    why = (
        f"{service} may not assume {role_arn}: its trust policy does not allow sts:AssumeRole"
        if exists
        else f"The role {role_arn} does not exist; create it first or correct its ARN"
    )
    return AwsError(code, f"{sentence.format(role=role_arn, service=service)} ({why})", status=400)
