"""Parts of templates: small resources that are quick to make, and one that can be made to fail."""

from __future__ import annotations

from typing import Any

MISSING = "{{resolve:ssm:/nothing/is/here}}"


def parameter(value: Any, **attributes: Any) -> dict[str, Any]:
    """A parameter of the Parameter Store, with a name that CloudFormation gives."""
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}, **attributes}


def named(name: Any, value: Any = "x", **attributes: Any) -> dict[str, Any]:
    """One with a name of its own."""
    properties = {"Type": "String", "Value": value, "Name": name}
    return {"Type": "AWS::SSM::Parameter", "Properties": properties, **attributes}


def failing(**attributes: Any) -> dict[str, Any]:
    """One that cannot be made, since its value is not there."""
    return parameter(MISSING, **attributes)


def waiting(timeout: int = 3600) -> dict[str, Any]:
    """A condition that nobody signals, and its handle."""
    condition = {"Handle": {"Ref": "Handle"}, "Timeout": str(timeout)}
    return {
        "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
        "Wait": {"Type": "AWS::CloudFormation::WaitCondition", "Properties": condition},
    }


def template(outputs: dict[str, Any] | None = None, **resources: Any) -> dict[str, Any]:
    """A template of these."""
    told = {name: {"Value": value} for name, value in (outputs or {}).items()}
    return {"Resources": resources, **({"Outputs": told} if told else {})}


def events(stacks: Any, stack: str) -> list[tuple[str, str, str]]:
    """Logical id, status and reason of a stack's events, oldest first."""
    pages = stacks.cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack)
    found = [event for page in pages for event in page["StackEvents"]]
    return [
        (event["LogicalResourceId"], event["ResourceStatus"], event.get("ResourceStatusReason", ""))
        for event in reversed(found)
    ]


def stored(stacks: Any, name: str) -> str | None:
    """A parameter's value, None when it is not there."""
    found = stacks.engine.client("ssm").get_parameters(Names=[name])["Parameters"]
    return str(found[0]["Value"]) if found else None


def resources(stacks: Any, stack: str) -> list[dict[str, Any]]:
    """A stack's resources."""
    found: list[dict[str, Any]] = stacks.cloudformation.list_stack_resources(StackName=stack)["StackResourceSummaries"]
    return found
