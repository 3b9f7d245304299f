"""Quotas: sizes of templates and policies, and names at their longest."""

from __future__ import annotations

from slipway.verify.bundle import Bundle
from slipway.verify.quotas import findings
from tests.slipway.verify.conftest import Written

ROOT = """\
Resources:
  Part:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: cf/part.yaml
      Parameters: {Prefix: !Ref AWS::StackName}
"""


def part(bundle: Written, resources: str) -> list[str]:
    """What is found in a part of a root stack with these resources, to which it gives its name."""
    text = f"Parameters:\n  Prefix: {{Type: String}}\nResources:\n{resources}"
    return [str(each) for each in findings(bundle({"template.yaml": ROOT, "cf/part.yaml": text}))]


def test_a_name_that_fits_only_a_short_stack_is_found_with_its_line(bundle: Written) -> None:
    said = part(
        bundle,
        "  Endpoint:\n    Type: AWS::SageMaker::Endpoint\n    Properties:\n"
        f"      EndpointName: !Sub ${{Prefix}}-{'e' * 31}\n",
    )
    assert said == ["cf/part.yaml:7: quota-name EndpointName of Endpoint has 64 characters at its longest; at most 63"]


def test_the_longest_name_that_fits_is_not_found(bundle: Written) -> None:
    name = f"${{Prefix}}-{'e' * 30}"
    resource = f"  Endpoint:\n    Type: AWS::SageMaker::Endpoint\n    Properties:\n      EndpointName: !Sub {name}\n"
    assert part(bundle, resource) == []


def test_a_name_of_which_no_quota_is_known_is_not_passed_over(bundle: Written) -> None:
    resource = "  Stream:\n    Type: AWS::Kinesis::Stream\n    Properties:\n      Name: !Ref Prefix\n"
    assert part(bundle, resource) == ["cf/part.yaml:7: quota-name Stream has Name, of which no quota is known here"]


ROLE = """\
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{{Effect: Allow, Action: sts:AssumeRole, Principal: {{Service: {service}}}}}]
      Policies:
        - PolicyName: One
          PolicyDocument: {{Statement: [{{Effect: Allow, Action: s3:GetObject, Resource: "{first}"}}]}}
  More:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: More
      Roles: [!Ref Role]
      PolicyDocument: {{Statement: [{{Effect: Allow, Action: s3:GetObject, Resource: "{second}"}}]}}
"""


def test_the_inline_policies_of_a_role_count_together(bundle: Written) -> None:
    (said,) = part(bundle, ROLE.format(service="a", first="a" * 6000, second="b" * 6000))
    assert said.startswith("cf/part.yaml:17: quota-policy Role has 12")
    assert "characters of inline policy at their longest; at most 10240" in said


def test_a_trust_policy_has_a_quota_of_its_own(bundle: Written) -> None:
    (said,) = part(bundle, ROLE.format(service="s" * 2048, first="a", second="b"))
    assert "characters of trust policy at their longest; at most 2048" in said


def test_a_policy_of_which_no_quota_is_known_is_not_passed_over(bundle: Written) -> None:
    resource = (
        "  Vault:\n    Type: AWS::Backup::BackupVault\n    Properties:\n"
        "      PolicyDocument: {Statement: [{Effect: Deny, Action: '*', Resource: '*', Principal: '*'}]}\n"
    )
    (said,) = part(bundle, resource)
    assert "no quota for those of AWS::Backup::BackupVault is known here" in said


def test_an_environment_of_more_than_four_kilobytes_is_found(bundle: Written) -> None:
    resource = (
        "  Function:\n    Type: AWS::Lambda::Function\n    Properties:\n"
        f"      Environment: {{Variables: {{LONG: {'v' * 4100}}}}}\n"
    )
    (said,) = part(bundle, resource)
    assert said.startswith("cf/part.yaml:7: quota-environment Function has 41")


def test_resources_are_counted_after_the_transform(bundle: Written) -> None:
    functions = "".join(
        f"  F{number}:\n    Type: AWS::Serverless::Function\n"
        "    Properties: {Handler: a.b, Runtime: python3.13, CodeUri: ../functions/a}\n"
        for number in range(260)
    )
    text = f"Transform: AWS::Serverless-2016-10-31\nResources:\n{functions}"
    (said,) = findings(bundle({"cf/many.yaml": text}))
    assert "Number of resources, 520, is greater than maximum allowed, 500" in str(said)


def test_a_template_of_more_than_a_megabyte_is_found(bundle: Written) -> None:
    text = f"Resources: {{}}\nOutputs: {{Long: {{Value: {'v' * 1_048_576}}}}}\n"
    (said,) = findings(bundle({"cf/large.yaml": text}))
    assert "a template in S3 has at most 1048576" in str(said)


def test_the_bundle_keeps_all_quotas(shipped: Bundle) -> None:
    assert findings(shipped) == []
