"""Stacks on a running engine."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError


class Stacks:
    """The person's CloudFormation, with waiting and cleaning up."""

    def __init__(self, engine: Any) -> None:
        self.engine = engine
        self.cloudformation = engine.client("cloudformation")
        self.s3 = engine.client("s3")
        self.iam = engine.client("iam")
        self.prefix = f"t{uuid.uuid4().hex[:8]}"
        self._made: list[str] = []

    def name(self, suffix: str = "stack") -> str:
        """A name of this test's own."""
        return f"{self.prefix}-{suffix}"

    def create(self, template: dict[str, Any], suffix: str = "stack", **options: Any) -> dict[str, Any]:
        """Create a stack and wait for the end of it."""
        options.setdefault("Capabilities", ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"])
        stack_id = self.cloudformation.create_stack(
            StackName=self.name(suffix), TemplateBody=json.dumps(template), **options
        )["StackId"]
        self._made.append(stack_id)
        return self.settled(stack_id)

    def update(self, template: dict[str, Any], suffix: str = "stack", **options: Any) -> dict[str, Any]:
        """Update a stack and wait."""
        options.setdefault("Capabilities", ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"])
        self.cloudformation.update_stack(StackName=self.name(suffix), TemplateBody=json.dumps(template), **options)
        return self.settled(self.name(suffix))

    def delete(self, stack_id: str, **options: Any) -> dict[str, Any]:
        """Delete a stack by its id and wait."""
        self.cloudformation.delete_stack(StackName=stack_id, **options)
        return self.settled(stack_id)

    def refused(self, template: Any, **options: Any) -> str:
        """The message with which a template is refused."""
        body = template if isinstance(template, str) else json.dumps(template)
        with pytest.raises(ClientError) as caught:
            self.cloudformation.create_stack(StackName=self.name("refused"), TemplateBody=body, **options)
        return str(caught.value.response["Error"]["Message"])

    def settled(self, stack: str) -> dict[str, Any]:
        """Wait until nothing is in progress; the stack's description."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            found: dict[str, Any] = self.cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
            if not found["StackStatus"].endswith("_IN_PROGRESS"):
                return found
            time.sleep(0.02)
        raise AssertionError(f"{stack} is still {found['StackStatus']}")

    def reasons(self, stack: str) -> str:
        """Why resources of a stack failed."""
        events = self.cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
        return " | ".join(e.get("ResourceStatusReason", "") for e in events if e["ResourceStatus"].endswith("_FAILED"))

    @staticmethod
    def outputs(stack: dict[str, Any]) -> dict[str, str]:
        """The outputs of a stack, by their keys."""
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", ())}

    def store(self, key: str, template: dict[str, Any]) -> str:
        """Put a template in S3 and give its virtual-hosted address."""
        bucket = self.name("templates")
        self.s3.create_bucket(Bucket=bucket)
        self.s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(template).encode())
        return f"https://{bucket}.s3.us-east-1.amazonaws.com/{key}"

    def role(self, service: str, statements: list[dict[str, Any]], suffix: str = "role") -> str:
        """A role that trusts one service."""
        trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        name = self.name(suffix)
        arn: str = self.iam.create_role(
            RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        )["Role"]["Arn"]
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **entry} for entry in statements]}
        self.iam.put_role_policy(RoleName=name, PolicyName="policy", PolicyDocument=json.dumps(document))
        return arn

    def clean(self) -> None:
        """Delete what is left."""
        for stack_id in reversed(self._made):
            self.cloudformation.delete_stack(StackName=stack_id)
