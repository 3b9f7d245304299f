"""The production stack, whose parameters say whether a test is on; and one update of it.

docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStack.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import ClientError

from slipway import install, stackevents
from slipway.errors import NotFound, SlipwayError
from slipway.install import Install
from slipway.stackevents import StackEvent

# As the pipeline gives them.
_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
_AGAIN = "run the command again"
_INTERRUPTED = "UPDATE_FAILED"

Tell = Callable[[StackEvent], None]


class TrialFailed(SlipwayError):
    """An A/B test was not started, changed or ended; the text says why, and what production runs."""


@dataclass(frozen=True)
class Production:
    """The stack as it is when no operation of it is going on."""

    install: Install
    stack: str
    parameters: dict[str, str]
    outputs: dict[str, str]
    role: str
    interrupted: bool = False
    """Whether its last update stopped midway, as it does when the local engine is killed; `parameters` are its aim."""

    @property
    def endpoint(self) -> str:
        """The endpoint's name."""
        return self.outputs["EndpointName"]

    @property
    def bucket(self) -> str:
        """The bucket of models, runs and captured data."""
        return self.parameters["ArtifactBucket"]

    @property
    def champion(self) -> str:
        """The model package that production runs."""
        return self.parameters["ModelPackageArn"]

    @property
    def candidate(self) -> str:
        """The model package that a test tries, "" without a test."""
        return self.parameters["CandidateModelPackageArn"]

    def finished(self, tell: Tell) -> Production:
        """The stack once an update that was interrupted is finished, which one without a change does.

        docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
        """
        if self.interrupted:
            self.update({}, tell)
        return replace(self, interrupted=False)

    def update(self, changes: Mapping[str, str], tell: Tell) -> None:
        """Update the stack, under its own role, with these parameters changed; TrialFailed when it rolls back."""
        cloudformation = self.install.target.client("cloudformation")
        since = stackevents.newest(self.install.target, self.stack)
        try:
            cloudformation.update_stack(
                StackName=self.stack,
                UsePreviousTemplate=True,
                Parameters=[
                    {"ParameterKey": name, "ParameterValue": changes[name]}
                    if name in changes
                    else {"ParameterKey": name, "UsePreviousValue": True}
                    for name in self.parameters
                ],
                Capabilities=_CAPABILITIES,
                **({"RoleARN": self.role} if self.role else {}),
            )
        except ClientError as error:
            raise TrialFailed(f"stack {self.stack} was not updated: {error.response['Error']['Message']}") from error
        _follow(self.install, self.stack, tell, since)


def of(install_: Install, tell: Tell) -> Production:
    """The production stack, once an operation that an interrupted command or a run began has ended.

    NotFound without such a stack, or with one of an older bundle.
    """
    install_.environment("production")
    stack = f"{install_.stack}-production"
    described = _settled(install_, stack, tell)
    parameters = {one["ParameterKey"]: one.get("ParameterValue", "") for one in described.get("Parameters", [])}
    if "CandidateModelPackageArn" not in parameters:
        raise NotFound(f"stack {stack} was deployed by a bundle without A/B tests; push this one, and approve its run")
    return Production(
        install_,
        stack,
        parameters,
        install.outputs_of(described),
        described.get("RoleARN", ""),
        described.get("StackStatus") == _INTERRUPTED,
    )


def _settled(install_: Install, stack: str, tell: Tell) -> dict[str, Any]:
    described = install.describe(install_.target, stack) or {}
    if not str(described.get("StackStatus", "")).endswith("_IN_PROGRESS"):
        return described
    try:
        _follow(install_, stack, tell, stackevents.newest(install_.target, stack))
    except TrialFailed:
        described = install.describe(install_.target, stack) or {}
        if described.get("StackStatus") != _INTERRUPTED:
            raise
        return described
    return install.describe(install_.target, stack) or {}


def _follow(install_: Install, stack: str, tell: Tell, since: str) -> None:
    try:
        stackevents.wait(install_.target, stack, tell, since, _AGAIN)
    except stackevents.LaunchFailed as error:
        raise TrialFailed(str(error)) from error
