"""Who acts, where, on which stack: identity, the stack's state, Lambda's concurrency, roles that the account has once.

docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html
docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-service-linked-roles.html
"""

from __future__ import annotations

from collections.abc import Iterator

from botocore.exceptions import ClientError

from slipway import launch
from slipway.preflight.finding import Finding, Launch, Unanswered, code_of, failed, not_looked, ok
from slipway.stackevents import LaunchFailed

_SCALING_ROLE = "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
# Build's functions and both APIs' at once, each a handful of times; a new account may have ten in all.
_CONCURRENT = 10


def identity(asked: Launch) -> Iterator[Finding]:
    """Whose credentials these are; nobody should launch as the account's root user."""
    try:
        caller = asked.target.client("sts").get_caller_identity()
        text = f"{caller['Arn']} in {asked.target.name}"
    except Unanswered as error:
        yield not_looked("identity", "sts:GetCallerIdentity", error)
        return
    if caller["Arn"].endswith(":root"):
        yield failed("identity", f"{text} is the root user", "sign in as a role: `aws configure sso`, then AWS_PROFILE")
    else:
        yield ok("identity", text)


def stack(asked: Launch) -> Iterator[Finding]:
    """Whether the stack can be made or changed."""
    try:
        launch.check(asked.target, asked.stack)
    except LaunchFailed as error:
        yield failed("stack", str(error), f"`aws cloudformation describe-stack-events --stack-name {asked.stack}`")
    except Unanswered as error:
        yield not_looked("stack", "cloudformation:DescribeStacks", error)
    else:
        yield ok("stack", f"{asked.stack} can be launched")


def concurrency(asked: Launch) -> Iterator[Finding]:
    """How many functions may run at once."""
    try:
        limit = asked.target.client("lambda").get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    except Unanswered as error:
        yield not_looked("Lambda concurrency", "lambda:GetAccountSettings", error)
        return
    text = f"{limit} functions may run at once"
    if limit < _CONCURRENT:
        remedy = (
            "`aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384"
            f" --desired-value 1000 --region {asked.target.region}`"
        )
        yield failed("Lambda concurrency", f"{text}, {_CONCURRENT} are needed", remedy)
    else:
        yield ok("Lambda concurrency", text)


def linked_role(asked: Launch) -> Iterator[Finding]:
    """The role by which endpoints are scaled: production's stack makes it where there is none."""
    try:
        asked.target.client("iam").get_role(RoleName=_SCALING_ROLE)
    except ClientError as error:
        if code_of(error) != "NoSuchEntity":
            yield not_looked("service-linked role", "iam:GetRole", error)
        elif asked.parameters.get("PermissionsBoundaryArn"):
            service = "sagemaker.application-autoscaling.amazonaws.com"
            command = f"`aws iam create-service-linked-role --aws-service-name {service}`"
            text = f"{_SCALING_ROLE} is missing, and a boundary of yours may keep production's stack from making it"
            yield failed("service-linked role", text, command)
        else:
            yield ok("service-linked role", f"{_SCALING_ROLE} is missing; the first deployment to production makes it")
    except Unanswered as error:
        yield not_looked("service-linked role", "iam:GetRole", error)
    else:
        yield ok("service-linked role", f"{_SCALING_ROLE} is there")


def log_role(asked: Launch) -> Iterator[Finding]:
    """API Gateway's log role, without which no stage with access logs is made; a launch makes a missing one."""
    try:
        arn = asked.target.client("apigateway").get_account().get("cloudwatchRoleArn")
    except Unanswered as error:
        yield not_looked("API Gateway log role", "apigateway:GET /account", error, "apigateway:GET")
        return
    if arn or asked.parameters.get("ManageApiGatewayLogging") != "false":
        yield ok("API Gateway log role", arn or "there is none in the region; `slipway launch` makes it")
    else:
        text = "there is none in the region, and ManageApiGatewayLogging=false keeps the launch from making it"
        setting = "op=replace,path=/cloudwatchRoleArn,value=ROLE_ARN"
        command = f"`aws apigateway update-account --patch-operations {setting} --region {asked.target.region}`"
        yield failed(
            "API Gateway log role", text, f"launch without that parameter, or give the account a role: {command}"
        )
