"""State machines on a running engine."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

TRUST = {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}


class Machines:
    """The person's Step Functions, with waiting."""

    def __init__(self, engine: Any) -> None:
        self.engine = engine
        self.states = engine.client("stepfunctions")
        self.iam = engine.client("iam")
        self.prefix = f"m{uuid.uuid4().hex[:8]}"

    def role(self, *statements: dict[str, Any], trust: dict[str, Any] = TRUST) -> str:
        """A role for a machine."""
        name = f"{self.prefix}-{uuid.uuid4().hex[:6]}"
        document = {"Version": "2012-10-17", "Statement": [trust]}
        arn: str = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))["Role"]["Arn"]
        if statements:
            allowed = [{"Effect": "Allow", "Resource": "*", **statement} for statement in statements]
            policy = {"Version": "2012-10-17", "Statement": allowed}
            self.iam.put_role_policy(RoleName=name, PolicyName="policy", PolicyDocument=json.dumps(policy))
        return arn

    def create(self, states: dict[str, Any], *statements: dict[str, Any], **options: Any) -> str:
        """A JSONata machine that starts at its first state."""
        top = options.pop("top", {})
        definition = {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states, **top}
        arn: str = self.states.create_state_machine(
            name=f"{self.prefix}-{uuid.uuid4().hex[:6]}",
            definition=json.dumps(definition),
            roleArn=options.pop("roleArn", None) or self.role(*statements),
            **options,
        )["stateMachineArn"]
        return arn

    def start(self, machine: str, **state_input: Any) -> str:
        """Start an execution."""
        arn: str = self.states.start_execution(stateMachineArn=machine, input=json.dumps(state_input))["executionArn"]
        return arn

    def ended(self, execution: str) -> dict[str, Any]:
        """Wait for an execution's end."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            found: dict[str, Any] = self.states.describe_execution(executionArn=execution)
            if found["status"] != "RUNNING":
                return found
            time.sleep(0.01)
        raise AssertionError(f"{execution} still runs")

    def run(self, states: dict[str, Any], *statements: dict[str, Any], **state_input: Any) -> dict[str, Any]:
        """Make a machine, run it, and wait."""
        return self.ended(self.start(self.create(states, *statements), **state_input))

    def kinds(self, execution: str) -> list[str]:
        """The types of an execution's events."""
        history = self.states.get_execution_history(executionArn=execution, maxResults=1000)
        return [event["type"] for event in history["events"]]

    def refused(self, definition: dict[str, Any], **options: Any) -> str:
        """The message with which a definition is refused."""
        with pytest.raises(ClientError) as caught:
            self.states.create_state_machine(
                name=f"{self.prefix}-refused",
                definition=json.dumps(definition),
                roleArn=options.pop("roleArn", None) or self.role(),
                **options,
            )
        return str(caught.value.response["Error"]["Message"])


@pytest.fixture
def machines(engine: Any) -> Machines:
    """State machines of one test."""
    return Machines(engine)
