"""Change sets: what they say, and that they do it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.services.cloudformation.parts import named, parameter, resources, stored, template

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html"
)
NO_CHANGES = "The submitted information didn't contain changes. Submit different information to create a change set."


def make(stacks: Any, body: dict[str, Any], name: str = "change", **options: Any) -> dict[str, Any]:
    """A change set, described."""
    options.setdefault("Capabilities", ["CAPABILITY_NAMED_IAM"])
    made = stacks.cloudformation.create_change_set(
        StackName=stacks.name(), ChangeSetName=name, TemplateBody=json.dumps(body), **options
    )
    found: dict[str, Any] = stacks.cloudformation.describe_change_set(ChangeSetName=made["Id"])
    return found


def execute(stacks: Any, name: str = "change", **options: Any) -> dict[str, Any]:
    stacks.cloudformation.execute_change_set(StackName=stacks.name(), ChangeSetName=name, **options)
    settled: dict[str, Any] = stacks.settled(stacks.name())
    return settled


def told(described: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {change["ResourceChange"]["LogicalResourceId"]: change["ResourceChange"] for change in described["Changes"]}


def test_a_new_stack_is_in_review_until_its_change_set_is_executed(stacks: Any) -> None:
    described = make(stacks, template(One=parameter("1")), ChangeSetType="CREATE")
    assert (described["Status"], described["ExecutionStatus"]) == ("CREATE_COMPLETE", "AVAILABLE")
    assert told(described)["One"]["Action"] == "Add"
    stack = stacks.cloudformation.describe_stacks(StackName=stacks.name())["Stacks"][0]
    assert stack["StackStatus"] == "REVIEW_IN_PROGRESS"
    stack = execute(stacks)
    assert (stack["StackStatus"], stack["ChangeSetId"]) == ("CREATE_COMPLETE", described["ChangeSetId"])
    with pytest.raises(ClientError, match="already exists and cannot be created again"):
        make(stacks, template(One=parameter("1")), "again", ChangeSetType="CREATE")
    stacks.delete(stack["StackId"])


def test_a_change_set_says_what_is_changed_replaced_added_and_removed(stacks: Any) -> None:
    name = f"/{stacks.prefix}"
    stacks.create(template(Changed=parameter("1"), Replaced=named(f"{name}/a"), Removed=parameter("1"),
                           Kept=parameter("1"), Follows=parameter({"Ref": "Replaced"})))  # fmt: skip
    described = make(stacks, template(Changed=parameter("2"), Replaced=named(f"{name}/b"), Added=parameter("1"),
                                      Kept=parameter("1"), Follows=parameter({"Ref": "Replaced"})))  # fmt: skip
    found = told(described)
    actions = {key: (change["Action"], change.get("Replacement", "")) for key, change in found.items()}
    assert actions == {
        "Changed": ("Modify", "False"),
        "Replaced": ("Modify", "True"),
        "Added": ("Add", ""),
        "Removed": ("Remove", ""),
        "Follows": ("Modify", "False"),
    }
    assert found["Changed"]["Details"] == [
        {
            "Target": {"Attribute": "Properties", "Name": "Value", "RequiresRecreation": "Never"},
            "Evaluation": "Static",
            "ChangeSource": "DirectModification",
        }
    ]
    (follows,) = found["Follows"]["Details"]
    assert (follows["Evaluation"], follows["ChangeSource"], follows["CausingEntity"]) == (
        "Dynamic",
        "ResourceReference",
        "Replaced",
    )
    assert found["Replaced"]["Details"][0]["Target"]["RequiresRecreation"] == "Always"
    assert execute(stacks)["StackStatus"] == "UPDATE_COMPLETE"
    assert (stored(stacks, f"{name}/a"), stored(stacks, f"{name}/b")) == (None, "x")


def test_a_parameter_is_named_as_the_cause(stacks: Any) -> None:
    body = {**template(One=parameter({"Ref": "P"})), "Parameters": {"P": {"Type": "String"}}}
    stacks.create(body, Parameters=[{"ParameterKey": "P", "ParameterValue": "1"}])
    described = make(stacks, body, Parameters=[{"ParameterKey": "P", "ParameterValue": "2"}])
    (detail,) = told(described)["One"]["Details"]
    assert (detail["ChangeSource"], detail["CausingEntity"], detail["Evaluation"]) == (
        "ParameterReference",
        "P",
        "Static",
    )


def test_a_change_set_without_changes_has_failed_and_says_so(stacks: Any) -> None:
    stacks.create(template(One=parameter("1")))
    described = make(stacks, template(One=parameter("1")))
    assert (described["Status"], described["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert described["StatusReason"] == NO_CHANGES
    with pytest.raises(ClientError, match=r"cannot be executed in its current status of \[FAILED\]"):
        execute(stacks)


def test_executing_one_change_set_deletes_the_others_and_an_update_makes_them_obsolete(stacks: Any) -> None:
    stacks.create(template(One=parameter("1")))
    make(stacks, template(One=parameter("2")), "second")
    make(stacks, template(One=parameter("3")), "third")
    execute(stacks, "second")
    summaries = stacks.cloudformation.list_change_sets(StackName=stacks.name())["Summaries"]
    assert [(one["ChangeSetName"], one["ExecutionStatus"]) for one in summaries] == [("second", "EXECUTE_COMPLETE")]
    make(stacks, template(One=parameter("4")), "fourth")
    stacks.update(template(One=parameter("5")))
    with pytest.raises(ClientError, match="cannot be executed"):
        execute(stacks, "fourth")
    stacks.cloudformation.delete_change_set(StackName=stacks.name(), ChangeSetName="fourth")
    with pytest.raises(ClientError, match=r"ChangeSet \[fourth\] does not exist"):
        stacks.cloudformation.describe_change_set(StackName=stacks.name(), ChangeSetName="fourth")


def test_imports_of_resources_are_refused_by_name(stacks: Any) -> None:
    with pytest.raises(ClientError, match="ChangeSetType IMPORT is not executed by this engine"):
        make(stacks, template(One=parameter("1")), ChangeSetType="IMPORT")


def nested(url: str, **parameters: Any) -> dict[str, Any]:
    return {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url, "Parameters": parameters}}


@pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/change-sets-for-nested-stacks.html")
def test_nested_stacks_have_change_sets_of_their_own(stacks: Any) -> None:
    child = {**template(Inner=parameter({"Ref": "P"})), "Parameters": {"P": {"Type": "String"}}}
    url = stacks.store("child.json", child)
    stacks.create(template(Child=nested(url, P="1")))
    described = make(stacks, template(Child=nested(url, P="2")), IncludeNestedStacks=True)
    change = told(described)["Child"]
    assert (change["Action"], change["Replacement"]) == ("Modify", "False")
    inner = stacks.cloudformation.describe_change_set(ChangeSetName=change["ChangeSetId"])
    assert inner["ParentChangeSetId"] == described["ChangeSetId"]
    assert told(inner)["Inner"]["Details"][0]["CausingEntity"] == "P"
    assert execute(stacks)["StackStatus"] == "UPDATE_COMPLETE"
    inner_id = resources(stacks, stacks.name())[0]["PhysicalResourceId"]
    name = resources(stacks, inner_id)[0]["PhysicalResourceId"]
    assert stored(stacks, name) == "2"
    assert make(stacks, template(Child=nested(url, P="2")), "none", IncludeNestedStacks=True)["Status"] == "FAILED"


def test_a_nested_stack_whose_template_has_changed_is_a_change(stacks: Any) -> None:
    url = stacks.store("child.json", template(Inner=parameter("1")))
    whole = template(Child=nested(url))
    stacks.create(whole)
    with pytest.raises(ClientError, match="No updates are to be performed"):
        stacks.update(whole)
    stacks.s3.put_object(
        Bucket=stacks.name("templates"), Key="child.json", Body=json.dumps(template(Inner=parameter("2"))).encode()
    )
    described = make(stacks, whole, IncludeNestedStacks=True)
    (detail,) = told(described)["Child"]["Details"]
    assert (detail["ChangeSource"], detail["Evaluation"]) == ("Automatic", "Dynamic")
    assert stacks.update(whole)["StackStatus"] == "UPDATE_COMPLETE"
