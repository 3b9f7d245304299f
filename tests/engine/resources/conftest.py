"""Stacks of a few resources, made, changed and deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.stacks import Stacks

SUCCESS = ("CREATE_COMPLETE", "UPDATE_COMPLETE")


class Deployment:
    """One stack of a test's own."""

    def __init__(self, stacks: Stacks) -> None:
        self.stacks = stacks
        self.stack_id = ""

    def __call__(self, resources: dict[str, Any], *outputs: str, **options: Any) -> list[str]:
        """Create or update the stack; the values of the outputs, which are `Thing` or `Thing.Attribute`."""
        settled = self._apply(resources, outputs, **options)
        assert settled["StackStatus"] in SUCCESS, self.stacks.reasons(self.stack_id)
        values = {output["OutputKey"]: output["OutputValue"] for output in settled.get("Outputs", [])}
        return [values[f"Output{number}"] for number in range(len(outputs))]

    def failing(self, resources: dict[str, Any], **options: Any) -> str:
        """Create or update the stack in vain; why."""
        settled = self._apply(resources, (), **options)
        assert settled["StackStatus"] not in SUCCESS
        return self.stacks.reasons(self.stack_id)

    def delete(self) -> None:
        """Delete the stack."""
        settled = self.stacks.delete(self.stack_id)
        assert settled["StackStatus"] == "DELETE_COMPLETE", self.stacks.reasons(self.stack_id)

    def role(self, *actions: str) -> str:
        """A role for CloudFormation that may do no more than these."""
        statement = {"Action": list(actions), "Resource": "*"}
        return self.stacks.role("cloudformation.amazonaws.com", [statement])

    def _apply(self, resources: dict[str, Any], outputs: tuple[str, ...], **options: Any) -> dict[str, Any]:
        template: dict[str, Any] = {"Resources": resources}
        if outputs:
            template["Outputs"] = {f"Output{n}": {"Value": _reference(output)} for n, output in enumerate(outputs)}
        if self.stack_id:
            return self.stacks.update(template, **options)
        settled = self.stacks.create(template, **options)
        self.stack_id = settled["StackId"]
        return settled


def _reference(output: str) -> dict[str, Any]:
    name, _, attribute = output.partition(".")
    return {"Fn::GetAtt": [name, attribute]} if attribute else {"Ref": name}


@pytest.fixture
def deployed(stacks: Stacks) -> Deployment:
    """Creates and updates a stack."""
    return Deployment(stacks)


@pytest.fixture
def gone(engine: Any) -> Callable[..., bool]:
    """Whether a call by the person finds nothing."""

    def missing(service: str, operation: str, **parameters: Any) -> bool:
        client = engine.client(service)
        try:
            getattr(client, operation)(**parameters)
        except client.exceptions.ClientError as error:
            return error.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 404)
        return False

    return missing
