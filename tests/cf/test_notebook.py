"""cf/notebook.yaml, which no engine runs: from the specification, and by cfn-lint's schemas."""

from __future__ import annotations

import subprocess
from typing import Any

from tests.cf import templates

ROOT = templates.load("../template")
NOTEBOOK = templates.properties("notebook", "Notebook")
SCRIPT = templates.properties("notebook", "Kernel")["OnStart"][0]["Content"]["Fn::Base64"]["Fn::Sub"]


def granted() -> dict[str, dict[str, Any]]:
    role = templates.properties("notebook", "NotebookRole")
    return {statement["Sid"]: statement for statement in templates.statements(role)}


def test_it_is_created_only_when_asked_for() -> None:
    assert ROOT["Parameters"]["CreateNotebook"]["Default"] == "false"
    assert ROOT["Resources"]["Notebook"]["Condition"] == "CreatesNotebook"


def test_its_volume_is_encrypted_and_its_users_are_not_root() -> None:
    assert NOTEBOOK["KmsKeyId"] == {"Ref": "KeyArn"}
    assert NOTEBOOK["RootAccess"] == "Disabled"
    assert NOTEBOOK["InstanceMetadataServiceConfiguration"] == {"MinimumInstanceMetadataServiceVersion": "2"}


def test_in_a_vpc_it_has_no_way_to_the_internet_of_its_own() -> None:
    # docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateNotebookInstance.html: only with a subnet
    assert NOTEBOOK["DirectInternetAccess"] == {"Fn::If": ["HasSubnets", "Disabled", "Enabled"]}
    assert {NOTEBOOK[name]["Fn::If"][0] for name in ("SubnetId", "SecurityGroupIds")} == {"HasSubnets"}


def test_of_the_pipeline_it_may_only_answer_the_approval() -> None:
    changing = {
        action
        for statement in granted().values()
        for action in templates.as_list(statement["Action"])
        if not action.split(":")[1].startswith(("Describe", "Get", "List", "GET", "Decrypt"))
    }
    logs = {"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"}
    assert changing - logs == {"codecommit:GitPull", "codepipeline:PutApprovalResult", "execute-api:Invoke"}
    assert granted()["AnswerApproval"]["Resource"]["Fn::Sub"].endswith(":${Prefix}/Test/Approve")


def test_nothing_is_granted_on_everything() -> None:
    for statement in granted().values():
        assert "*" not in templates.as_list(statement["Resource"]), statement["Sid"]


def test_its_script_is_a_shell_script_that_aws_takes() -> None:
    text = SCRIPT.replace("${RepositoryName}", "churn")
    assert "${" not in text
    assert text.startswith("#!/bin/bash\n")
    assert len(text) <= 16384
    inner = text.split("<<'END'\n")[1].split("\nEND\n")[0]
    for script in (text, inner):
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_its_script_installs_what_make_installs_for_the_notebook() -> None:
    rule = (templates.FOLDER.parent / "Makefile").read_text("utf-8").split("$(NOTEBOOK)/.ready:")[1].splitlines()[0]
    for name in ("requirements/slipway.txt", "requirements/notebook.txt"):
        assert name in rule
        assert name in SCRIPT
