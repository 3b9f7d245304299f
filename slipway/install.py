"""An installed bundle: the root stack, and what it is made of, found through its outputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from slipway.errors import NotFound
from slipway.target import Target

DEFAULT_STACK = "slipway"


@dataclass(frozen=True)
class Install:
    """One root stack."""

    target: Target
    stack: str
    outputs: dict[str, str]

    @property
    def pipeline(self) -> str:
        """The pipeline's name."""
        return self.output("PipelineName")

    @property
    def clone_url(self) -> str:
        """Where to push."""
        return self.output("CloneUrl")

    @property
    def branch(self) -> str:
        """The branch that starts runs."""
        return self.output("Branch")

    @property
    def data_bucket(self) -> str:
        """Where to drop data."""
        return self.output("DataBucket")

    @property
    def artifact_bucket(self) -> str:
        """Where runs keep their results."""
        return self.output("ArtifactBucket")

    def output(self, name: str) -> str:
        """An output of the root stack; NotFound when the bundle does not have it."""
        if not self.outputs.get(name):
            raise NotFound(
                f"stack {self.stack} has no output {name}; it has {', '.join(sorted(self.outputs)) or 'none'}"
            )
        return self.outputs[name]

    def environment(self, name: str) -> dict[str, str]:
        """The outputs of the environment's stack (`test`, `production`)."""
        return stack_outputs(self.target, f"{self.stack}-{name}")


def find(target: Target, stack: str = DEFAULT_STACK) -> Install:
    """The install called `stack`; NotFound when there is no such stack."""
    return Install(target, stack, stack_outputs(target, stack))


def only(target: Target) -> str:
    """The name of the only root stack that has a pipeline; NotFound when there is none, or more than one."""
    pages = target.client("cloudformation").get_paginator("describe_stacks").paginate()
    found = [
        stack["StackName"]
        for page in pages
        for stack in page["Stacks"]
        if any(output["OutputKey"] == "PipelineName" for output in stack.get("Outputs", []))
        and not stack.get("ParentId")
    ]
    if len(found) != 1:
        told = f"several stacks ({', '.join(found)})" if found else "no stack"
        raise NotFound(
            f"{told} with a pipeline in {target.name}; name it with --stack, or make one with `slipway launch`"
        )
    return str(found[0])


def stack_outputs(target: Target, stack: str) -> dict[str, str]:
    """The outputs of a stack; NotFound when there is none."""
    described = describe(target, stack)
    if described is None:
        raise NotFound(f"there is no stack {stack} in {target.name}; `slipway launch {stack}` makes one")
    return {output["OutputKey"]: output.get("OutputValue", "") for output in described.get("Outputs", [])}


def describe(target: Target, stack: str) -> dict[str, Any] | None:
    """DescribeStacks for one stack, or None when it does not exist."""
    try:
        stacks = target.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return dict(stacks[0])
