"""Outputs, exports and imports."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.services.cloudformation.parts import parameter, stored, template

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html"
)


def exporting(stacks: Any, value: str) -> dict[str, Any]:
    out = {"Value": value, "Export": {"Name": {"Fn::Sub": f"{stacks.prefix}-${{AWS::Region}}"}}}
    return {**template(One=parameter("1")), "Outputs": {"Out": out}}


def importing(stacks: Any) -> dict[str, Any]:
    return template(One=parameter({"Fn::ImportValue": f"{stacks.prefix}-us-east-1"}))


def test_an_export_is_imported_and_cannot_be_changed_or_deleted_while_it_is(stacks: Any) -> None:
    first = stacks.create(exporting(stacks, "exported"), "exports")
    second = stacks.create(importing(stacks), "imports")
    name = stacks.cloudformation.describe_stack_resource(
        StackName=second["StackId"], LogicalResourceId="One"
    )["StackResourceDetail"]["PhysicalResourceId"]  # fmt: skip
    assert stored(stacks, name) == "exported"
    exported = f"{stacks.prefix}-us-east-1"
    assert stacks.cloudformation.list_imports(ExportName=exported)["Imports"] == [stacks.name("imports")]
    exports = [
        one for page in stacks.cloudformation.get_paginator("list_exports").paginate() for one in page["Exports"]
    ]
    assert {"ExportingStackId": first["StackId"], "Name": exported, "Value": "exported"} in exports

    in_use = f"as it is in use by {stacks.name('imports')}"
    updated = stacks.update(exporting(stacks, "changed"), "exports")
    assert (updated["StackStatus"], updated["Outputs"][0]["OutputValue"]) == ("UPDATE_ROLLBACK_COMPLETE", "exported")
    assert updated["StackStatusReason"] == f"Export {exported} cannot be updated {in_use}"
    deleted = stacks.delete(first["StackId"])
    assert (deleted["StackStatus"], deleted["StackStatusReason"]) == (
        "UPDATE_ROLLBACK_COMPLETE",
        f"Export {exported} cannot be deleted {in_use}",
    )
    stacks.delete(second["StackId"])
    assert stacks.delete(first["StackId"])["StackStatus"] == "DELETE_COMPLETE"
    with pytest.raises(ClientError, match=f"Export '{exported}' is not imported by any stack"):
        stacks.cloudformation.list_imports(ExportName=exported)


def test_an_import_of_nothing_is_refused_at_once(stacks: Any) -> None:
    assert stacks.refused(importing(stacks)) == f"No export named {stacks.prefix}-us-east-1 found."


@pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/outputs-section-structure.html")
def test_an_output_is_a_text(stacks: Any) -> None:
    whole = template({"Number": 1, "Truth": True, "Joined": {"Fn::Join": [",", ["a", "b"]]}}, One=parameter("1"))
    stack = stacks.create(whole)
    assert stacks.outputs(stack) == {"Number": "1", "Truth": "true", "Joined": "a,b"}
    stack = stacks.update(template({"List": {"Fn::Split": [",", "a,b"]}}, One=parameter("1")))
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "The Value field of every Outputs member must evaluate to a String. (List)" in stack["StackStatusReason"]
