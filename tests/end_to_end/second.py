"""A second install, whose runs lack one statement of one role at a time.

The first run is stopped by each of `FIRST_RUN` in turn, and each time goes on from the failed stage once the statement
is back, until it is in production. The second run lacks `BUILD`'s statement, and then waits for approval.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from slipway import install
from slipway.local import LocalEngine
from slipway.target import Target
from tests.end_to_end.statements import Observed, Statement, observe
from tests.end_to_end.support import Desk, succeed

STACK = "second-install"

# In the order in which a run needs them: each one stands in the way of what those before it had let through.
FIRST_RUN = (
    Statement(("", "Access", "TrainingRole"), "GiveRightsWithinBoundary", "iam:CreateRole", "Train/Stack"),
    Statement(("", "Pipeline", "Role"), "Train", "states:DescribeStateMachine", "Train/Train"),
    Statement(("-training", "StateMachineRole"), "PrepareAndEvaluate", "sagemaker:CreateProcessingJob", "Train/Train"),
    Statement(("-training", "JobRole"), "ReadDataset", "s3:GetObject", "Train/Train"),
    Statement(("", "Actions", "OutcomeRole"), "ReadExecution", "states:DescribeExecution", "Train/Outcome"),
    Statement(("", "TestAccess", "Role"), "ModelsAndEndpointConfigs", "sagemaker:CreateModel", "Test/Stack"),
    Statement(("", "Actions", "SmokeRole"), "ReadSample", "s3:GetObject", "Test/Smoke"),
    # The caller of an API is not told what its function may not do; the function's log is.
    Statement(
        ("-test", "Serving", "FunctionRole"),
        "Predict",
        "sagemaker:InvokeEndpoint",
        "Test/Smoke",
        told="the API may not call its endpoint; its owner has to be told",
    ),
    Statement(
        ("", "Actions", "PromoteRole"), "ApproveModelPackage", "sagemaker:UpdateModelPackage", "Production/Promote"
    ),
)
BUILD = Statement(("", "Pipeline", "BuildRole"), "MoveArtifactsAndPackages", "s3:GetObject", "Build/Build")


@dataclass(frozen=True)
class Second:
    """The install, its run in production, its run that waits for approval, and what was seen on the way."""

    desk: Desk
    in_production: str
    waiting: str
    observed: dict[Statement, Observed]


def install_second(engine: LocalEngine, folder: Path) -> Second:
    """Launch it, and see both runs through."""
    succeed(engine.home, "launch", STACK)
    desk = Desk(engine, install.find(Target(engine.session(), engine), STACK))
    observed: dict[Statement, Observed] = {}
    first = desk.newest()
    resume: Callable[[], str] = partial(str, first)
    for statement in FIRST_RUN:
        observed[statement] = observe(desk, statement, resume)
        resume = partial(desk.retry, first, observed[statement].failed.stage)
    desk.until_success(resume())
    observed[BUILD] = observe(desk, BUILD, partial(desk.drop, folder, keep=8, of=12))
    second = desk.newest()
    desk.until_approval(desk.retry(second, "Build"))
    return Second(desk, first, second, observed)
