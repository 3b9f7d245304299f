"""The template's notebook instance, which this engine does not have: refused by name, before anything is made."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cf import templates
from tests.engine.stacks import Stacks

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sagemaker-notebookinstance.html"
)


@pytest.fixture
def root(stacks: Stacks) -> dict[str, Any]:
    """What the root has of it, beside a topic."""
    bundle = templates.load("../template")
    part = templates.load("notebook")
    properties = {
        "TemplateURL": stacks.store("notebook.json", part),
        "Parameters": dict.fromkeys(part["Parameters"], "x"),
    }
    return {
        "Parameters": {"CreateNotebook": bundle["Parameters"]["CreateNotebook"]},
        "Conditions": {"CreatesNotebook": bundle["Conditions"]["CreatesNotebook"]},
        "Resources": {
            "Made": {"Type": "AWS::SNS::Topic"},
            "Notebook": {**bundle["Resources"]["Notebook"], "Properties": properties},
        },
    }


def test_a_notebook_instance_is_refused_before_anything_is_made(stacks: Stacks, root: dict[str, Any]) -> None:
    wanted = [{"ParameterKey": "CreateNotebook", "ParameterValue": "true"}]
    with pytest.raises(ClientError, match=r"Unrecognized resource types: \[.*AWS::SageMaker::NotebookInstance,"):
        stacks.create(root, Parameters=wanted)
    with pytest.raises(ClientError, match="does not exist"):
        stacks.cloudformation.describe_stacks(StackName=stacks.name())


def test_without_it_the_root_is_made(stacks: Stacks, root: dict[str, Any]) -> None:
    assert stacks.create(root)["StackStatus"] == "CREATE_COMPLETE"
