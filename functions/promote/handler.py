"""Lets a run into production, if that runs the champion that the run was compared with, and no A/B test.

Invoked by two CodePipeline actions with the user parameters `step`, `modelPackageArn`, `champion` and
`pipelineExecutionId`. `check` is the end of stage Test: a refusal there is no failure of stage Production, whose
failures are rolled back. `approve` is the beginning of Production: it checks once more, since things may have changed
in between, and approves the model package.
https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-Lambda.html
"""

from __future__ import annotations

import json
import logging
import os
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_codepipeline import CodePipelineClient
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_ssm import SSMClient

CHAMPION_PARAMETER: Final = os.environ["CHAMPION_PARAMETER"]
PIPELINE: Final = os.environ["PIPELINE"]
PRODUCTION_STACK: Final = os.environ["PRODUCTION_STACK"]
CLOUDFORMATION: Final[CloudFormationClient] = boto3.client("cloudformation")
CODEPIPELINE: Final[CodePipelineClient] = boto3.client("codepipeline")
SAGEMAKER: Final[SageMakerClient] = boto3.client("sagemaker")
SSM: Final[SSMClient] = boto3.client("ssm")

NO_CHAMPION: Final = "-"


class ChampionChanged(Exception):
    """Production has got another champion since this run was evaluated."""


class TestRunning(Exception):
    """Production tries a candidate beside its champion; a deployment would take it away."""


class ModelPromoted(Exception):
    """An A/B test has made another model the champion since the run that is rolled back to."""


class StackNotRemoved(Exception):
    """What is left of a creation that failed cannot be removed."""


def handler(event: dict[str, Any], _context: object) -> None:
    """Answer the job. Whatever goes wrong fails the job: one without an answer hangs until it expires."""
    job = event["CodePipeline.job"]
    try:
        run = json.loads(job["data"]["actionConfiguration"]["configuration"]["UserParameters"])
        settled = STEPS[run["step"]](run, production_stack())
    except Exception as fault:
        logging.exception("the run was not let into production")
        message = f"{type(fault).__name__}: {fault}"[:5000]
        CODEPIPELINE.put_job_failure_result(jobId=job["id"], failureDetails={"type": "JobFailed", "message": message})
        return
    if settled:
        CODEPIPELINE.put_job_success_result(jobId=job["id"])
    else:
        # A token asks CodePipeline to start this job again, a while later.
        CODEPIPELINE.put_job_success_result(jobId=job["id"], continuationToken="waiting")


def check(run: dict[str, str], stack: dict[str, Any]) -> bool:
    """Refuse what must not be deployed; False while production is changing, by another run or an A/B test."""
    if is_changing(stack):
        return False
    refuse_stuck_stack(stack)
    parameters = parameters_of(stack)
    refuse_running_test(parameters, run["step"])
    if is_rollback(run["pipelineExecutionId"]):
        refuse_undone_promotion(run["modelPackageArn"], parameters)
    else:
        refuse_changed_champion(run["modelPackageArn"], expected=run["champion"])
    return True


def approve(run: dict[str, str], stack: dict[str, Any]) -> bool:
    """Check, and approve the package; False while production is changing, or being cleared of a failed creation."""
    if not check(run, stack) or is_removed(stack):
        return False
    SAGEMAKER.update_model_package(
        ModelPackageArn=run["modelPackageArn"],
        ModelApprovalStatus="Approved",
        ApprovalDescription=f"Approved in run {run['pipelineExecutionId']} of {PIPELINE}",
    )
    return True


STEPS: Final = {"check": check, "approve": approve}
NEXT: Final = {
    "check": "then `slipway retry Test` takes this run up again.",
    "approve": "then start a new run: it reuses the training.",
}


def is_changing(stack: dict[str, Any]) -> bool:
    """Whether CloudFormation is at work on production; what it runs is known afterwards."""
    return str(stack.get("StackStatus", "")).endswith("_IN_PROGRESS")


def refuse_stuck_stack(stack: dict[str, Any]) -> None:
    """Refuse to deploy over a stack that is neither there nor gone."""
    if stack.get("StackStatus") == "DELETE_FAILED":
        raise StackNotRemoved(f"{PRODUCTION_STACK} is in DELETE_FAILED; see its events, then delete it by hand")


def parameters_of(stack: dict[str, Any]) -> dict[str, str]:
    """The parameters of the production stack, none without one."""
    return {one["ParameterKey"]: one.get("ParameterValue", "") for one in stack.get("Parameters", [])}


def refuse_running_test(parameters: dict[str, str], step: str) -> None:
    """Refuse every deployment, a rollback too, while an A/B test is on: a person ends it, who sees how it stands."""
    candidate = parameters.get("CandidateModelPackageArn", "")
    if candidate:
        raise TestRunning(
            f"expected no A/B test on {PRODUCTION_STACK}; found one of {candidate}. End it by `slipway ab promote` or "
            f"`slipway ab stop`, {NEXT[step]}"
        )


def refuse_undone_promotion(package: str, parameters: dict[str, str]) -> None:
    """Refuse to go back behind a promotion: what failed is rolled back by its stack, to the model that was promoted.

    The end of a test leaves the guard out, and the next deployment puts it back.
    """
    champion = parameters.get("ModelPackageArn", "")
    if parameters.get("GuardDeployment") == "false" and champion != package:
        raise ModelPromoted(
            f"expected to go back to {package}; found {champion}, which an A/B test has promoted since. "
            f"{PRODUCTION_STACK} stays as it is."
        )


def is_rollback(execution_id: str) -> bool:
    """Whether this run goes back to an earlier one, whose package was compared with a champion of its time."""
    found = CODEPIPELINE.get_pipeline_execution(pipelineName=PIPELINE, pipelineExecutionId=execution_id)
    return found["pipelineExecution"].get("executionType") == "ROLLBACK"


def refuse_changed_champion(package: str, *, expected: str) -> None:
    """Refuse a package that was compared with another champion than production's."""
    champion = current_champion()
    if champion not in (expected, package):
        raise ChampionChanged(
            f"expected production to run {expected}, which this run was evaluated against; found {champion}. "
            "Start a new run: it reuses the training and evaluates against the new champion."
        )


def current_champion() -> str:
    """The package that production runs."""
    try:
        parameter = SSM.get_parameter(Name=CHAMPION_PARAMETER)["Parameter"]
    except SSM.exceptions.ParameterNotFound:
        return NO_CHAMPION
    return str(json.loads(parameter["Value"])["modelPackageArn"])


def is_removed(stack: dict[str, Any]) -> bool:
    """Remove what a failed creation left, which nothing can be deployed over; never a stack that was ever created.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
    """
    if stack.get("StackStatus") != "ROLLBACK_COMPLETE":
        return False
    CLOUDFORMATION.delete_stack(StackName=PRODUCTION_STACK)
    return True


def production_stack() -> dict[str, Any]:
    """The production stack as CloudFormation describes it, {} without one."""
    try:
        return dict(CLOUDFORMATION.describe_stacks(StackName=PRODUCTION_STACK)["Stacks"][0])
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        return {}
