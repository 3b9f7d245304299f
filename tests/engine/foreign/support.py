"""A stranger with boto3, who deploys templates as published and looks at what they did."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

FOREIGN = Path(__file__).parent
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
Found = TypeVar("Found")


class Stranger:
    """Whoever holds the person's key and knows nothing of the engine but its endpoint."""

    def __init__(self, engine: Any) -> None:
        self.client: Callable[[str], Any] = engine.client
        self.prefix = f"f{uuid.uuid4().hex[:8]}"

    def name(self, suffix: str) -> str:
        """A name of this test's own."""
        return f"{self.prefix}-{suffix}"

    def create(self, suffix: str, template: Path, **parameters: str) -> dict[str, Any]:
        """Create a stack of a template file and see the end of it."""
        stack_id = self.client("cloudformation").create_stack(
            StackName=self.name(suffix),
            TemplateBody=template.read_text(),
            Parameters=given(parameters),
            Capabilities=CAPABILITIES,
        )["StackId"]
        return self.settled(stack_id)

    def update(self, suffix: str, template: Path, **parameters: str) -> dict[str, Any]:
        """Update the stack with other parameters and see the end of it."""
        stack_id = self.client("cloudformation").update_stack(
            StackName=self.name(suffix),
            TemplateBody=template.read_text(),
            Parameters=given(parameters),
            Capabilities=CAPABILITIES,
        )["StackId"]
        return self.settled(stack_id)

    def delete(self, stack_id: str) -> dict[str, Any]:
        """Delete a stack, by its id, and see the end of it."""
        self.client("cloudformation").delete_stack(StackName=stack_id)
        return self.settled(stack_id)

    def settled(self, stack: str) -> dict[str, Any]:
        """The stack once nothing is in progress."""

        def still() -> dict[str, Any] | None:
            found: dict[str, Any] = self.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
            return None if found["StackStatus"].endswith("_IN_PROGRESS") else found

        return eventually(still, f"{stack} settles")

    def reasons(self, stack: str) -> str:
        """Why resources of a stack failed."""
        events = self.client("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
        return " | ".join(e.get("ResourceStatusReason", "") for e in events if e["ResourceStatus"].endswith("_FAILED"))

    def run(self, pipeline: str, number: int) -> dict[str, Any]:
        """The pipeline's run of that number, the first being 1, once it is over."""

        def over() -> dict[str, Any] | None:
            runs = self.client("codepipeline").list_pipeline_executions(pipelineName=pipeline)
            found: list[dict[str, Any]] = sorted(runs["pipelineExecutionSummaries"], key=lambda run: run["startTime"])
            done = len(found) >= number and found[number - 1]["status"] not in ("InProgress", "Stopping")
            return found[number - 1] if done else None

        return eventually(over, f"run {number} of {pipeline} ends")

    def actions(self, pipeline: str, run: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """What each action of a run did, by its name."""
        found = self.client("codepipeline").list_action_executions(
            pipelineName=pipeline, filter={"pipelineExecutionId": run["pipelineExecutionId"]}
        )["actionExecutionDetails"]
        return {action["actionName"]: action for action in found}

    def empty(self, bucket: str) -> None:
        """Delete every version of every object, as people do before they delete a versioned bucket."""
        s3 = self.client("s3")
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            for version in (*page.get("Versions", []), *page.get("DeleteMarkers", [])):
                s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])


def given(parameters: dict[str, str]) -> list[dict[str, str]]:
    """Parameters in CloudFormation's form."""
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]


def outputs(stack: dict[str, Any]) -> dict[str, str]:
    """A stack's outputs by their keys."""
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def messages(events: Iterable[dict[str, Any]]) -> str:
    """The text of log events."""
    return "".join(event["message"] for event in events)


def eventually(look: Callable[[], Found | None], what: str, seconds: float = 60.0) -> Found:
    """What `look` finds, as soon as it finds something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds:.0f} s: {what}")
