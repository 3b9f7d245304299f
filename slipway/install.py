"""An installed bundle: the root stack, and what it is made of, found through its outputs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from slipway.errors import BadInput, NotFound
from slipway.target import Target

DEFAULT_STACK = "slipway"
ENVIRONMENTS = ("test", "production")
# The longest name that the bundle's first part takes: a job's name has 63 characters, 31 of them its own.
MOST_CHARACTERS = 32
# Folders of the artifact bucket, in which a pipeline keeps artifacts below its own name.
RESERVED = frozenset(
    ("async", "batch", "capture", "direct", "executions", "models", "packages", "results", "runs", "samples")
)
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


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

    def output(self, name: str) -> str:
        """An output of the root stack; NotFound when the bundle does not have it."""
        if not self.outputs.get(name):
            raise NotFound(
                f"stack {self.stack} has no output {name}; it has {', '.join(sorted(self.outputs)) or 'none'}"
            )
        return self.outputs[name]

    def environment(self, name: str) -> dict[str, str]:
        """The outputs of a stack that the pipeline deploys (`training`, `test`, `production`).

        NotFound until a run has got that far.
        """
        described = describe(self.target, f"{self.stack}-{name}")
        if described is None:
            raise NotFound(
                f"there is no {name} yet: no run has made stack {self.stack}-{name} in {self.target.name};"
                " `slipway status` shows how far they came"
            )
        return outputs_of(described)


def check_name(stack: str) -> None:
    """Refuse a root stack's name from which the names of endpoints, roles and buckets cannot be made: BadInput.

    Policies name what the pipeline makes by prefix, and CloudFormation cuts longer stack names in the names that it
    generates; bucket and repository names have no upper case.
    docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html
    """
    if not _NAME.fullmatch(stack):
        raise BadInput(
            f"stack name {stack!r}: expected lower-case letters, digits and single hyphens between them, with a letter"
            f" first, like {DEFAULT_STACK} or churn-eu"
        )
    if len(stack) > MOST_CHARACTERS:
        raise BadInput(
            f"stack name {stack} has {len(stack)} characters; expected {MOST_CHARACTERS} at most, since the names of"
            " what the pipeline makes begin with it"
        )
    if stack in RESERVED:
        raise BadInput(
            f"stack name {stack}: expected another one, since the artifact bucket has a folder of that name, and the"
            " pipeline's own files would lie in it"
        )


def find(target: Target, stack: str = DEFAULT_STACK) -> Install:
    """The install called `stack`; NotFound when there is no such stack, or when its deletion took the pipeline away."""
    described = _described(target, stack)
    found = Install(target, stack, outputs_of(described))
    if described["StackStatus"].startswith("DELETE_") and not _has_pipeline(found):
        why = f": {described['StackStatusReason']}" if described.get("StackStatusReason") else ""
        raise NotFound(
            f"install {stack} in {target.name} is half deleted: its pipeline is gone, and its root stack is in"
            f" {described['StackStatus']}{why}; `slipway destroy --stack {stack}` shows what is left and removes it"
        )
    return found


def _has_pipeline(install: Install) -> bool:
    client = install.target.client("codepipeline")
    try:
        client.get_pipeline(name=install.pipeline)
    except client.exceptions.PipelineNotFoundException:
        return False
    return True


def candidates(target: Target) -> list[str]:
    """The names of the root stacks that have a pipeline."""
    pages = target.client("cloudformation").get_paginator("describe_stacks").paginate()
    return [
        stack["StackName"]
        for page in pages
        for stack in page["Stacks"]
        if "PipelineName" in outputs_of(stack) and not stack.get("ParentId")
    ]


def only(target: Target) -> str:
    """The name of the only root stack that has a pipeline; NotFound when there is none, BadInput for several."""
    found = candidates(target)
    if not found:
        raise NotFound(f"there is no stack with a pipeline in {target.name}; `slipway launch` makes one")
    if len(found) > 1:
        raise BadInput(
            f"there are several stacks with a pipeline in {target.name}; name one: --stack {found[0]}"
            f" (or {', '.join(found[1:])})"
        )
    return found[0]


def stack_outputs(target: Target, stack: str) -> dict[str, str]:
    """The outputs of a root stack; NotFound when there is none."""
    return outputs_of(_described(target, stack))


def _described(target: Target, stack: str) -> dict[str, Any]:
    described = describe(target, stack)
    if described is None:
        there = ", ".join(candidates(target)) or "none"
        raise NotFound(
            f"there is no stack {stack} in {target.name}; those with a pipeline: {there};"
            f" `slipway launch {stack}` makes one"
        )
    return described


def outputs_of(described: dict[str, Any]) -> dict[str, str]:
    """The outputs in an answer of DescribeStacks, by name."""
    return {output["OutputKey"]: output.get("OutputValue", "") for output in described.get("Outputs", [])}


def describe(target: Target, stack: str) -> dict[str, Any] | None:
    """DescribeStacks for one stack, or None when it does not exist (a ValidationError, as AWS says it)."""
    try:
        stacks = target.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return dict(stacks[0])
