from __future__ import annotations

from pathlib import Path

import pytest

from slipway.permissions import templates
from slipway.permissions.templates import Grant
from tests.slipway.permissions.samples import TEMPLATE, bundle


@pytest.fixture
def grants(tmp_path: Path) -> dict[str, Grant]:
    """The statements of the sample by Sid."""
    return {grant.sid: grant for grant in templates.grants(bundle(tmp_path))}


def test_what_a_role_is_denied_is_no_grant(grants: dict[str, Grant]) -> None:
    assert list(grants) == ["Read", "JoinVpc", "Tell"]


def test_a_role_is_called_by_its_template_and_logical_id(grants: dict[str, Grant]) -> None:
    assert {(grant.file, grant.role, grant.policy) for grant in grants.values()} == {
        ("cf/work.yaml", "work.Role", "work")
    }


def test_a_comment_is_about_what_stands_on_its_line(grants: dict[str, Grant]) -> None:
    reasons = {item.text: item.why for item in grants["Read"].actions}
    why = "AWS only: CodePipeline gives an artifact by its version"
    assert reasons == {"s3:GetObject": "", "s3:GetObjectVersion": why}


def test_a_comment_above_a_sid_is_about_the_whole_statement_and_may_have_lines(grants: dict[str, Grant]) -> None:
    items = (*grants["JoinVpc"].actions, *grants["JoinVpc"].resources)
    why = "AWS only: SageMaker makes network interfaces, as sagemaker-roles.html says"
    assert [(item.text, item.why) for item in items] == [
        ("ec2:CreateNetworkInterface", why),
        ("ec2:DescribeVpcs", why),
        ("*", why),
    ]


def test_a_condition_s_branches_are_read_and_what_is_only_known_when_deployed_is_in_braces(
    grants: dict[str, Grant],
) -> None:
    tell = grants["Tell"]
    assert [item.text for item in tell.resources] == ["${TopicArn}"]
    assert tell.condition_keys == ("aws:SourceAccount",)


def test_lines_are_those_of_the_template(grants: dict[str, Grant]) -> None:
    lines = TEMPLATE.splitlines()
    for grant in grants.values():
        for item in grant.actions:
            assert item.text in lines[item.line - 1]


def test_a_policy_beside_a_role_is_that_role_s(tmp_path: Path) -> None:
    beside = """\
Resources:
  Policy:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: beside
      Roles: [!Ref Role]
      PolicyDocument:
        Statement:
          - {Sid: Read, Effect: Allow, Action: s3:GetObject, Resource: !Join ["", [!GetAtt Bucket.Arn, "/*"]]}
"""
    (grant,) = templates.grants(bundle(tmp_path, beside))
    assert (grant.role, grant.policy) == ("work.Role", "beside")
    assert [item.text for item in grant.resources] == ["${Bucket.Arn}/*"]


def test_another_comment_is_no_reason(tmp_path: Path) -> None:
    other = TEMPLATE.replace("AWS only:", "Needed:")
    assert {item.why for grant in templates.grants(bundle(tmp_path, other)) for item in grant.actions} == {""}


def test_what_a_linter_is_told_is_no_part_of_a_reason(tmp_path: Path) -> None:
    told = TEMPLATE.replace(
        "- Sid: JoinVpc", "# verify:skip=RESOURCE_STAR: they have no name\n              - Sid: JoinVpc"
    )
    (why, *_) = [
        item.why for grant in templates.grants(bundle(tmp_path, told)) for item in grant.resources if item.text == "*"
    ]
    assert why == "AWS only: SageMaker makes network interfaces, as sagemaker-roles.html says"
