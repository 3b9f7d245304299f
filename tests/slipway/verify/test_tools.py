"""The tools themselves, each on a template with something that it finds."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from slipway.verify.bundle import REGIONS, Bundle
from slipway.verify.suppression import suppressions
from slipway.verify.tools import cfn_lint, checkov, iam, sam
from slipway.verify.tools.environment import Environment
from tests.slipway.verify.conftest import ROOT, Written

ENVIRONMENTS = ROOT / ".venv"


def test_cfn_lint_runs_the_bundles_own_rules_in_all_regions(bundle: Written) -> None:
    written = bundle(
        {"cf/a.yaml": "Resources:\n  Where:\n    Type: AWS::SNS::Topic\n    Properties: {TopicName: eu-west-1}\n"}
    )
    (written.root / "config").symlink_to(ROOT / "config")
    found = cfn_lint.findings(written, Environment(ENVIRONMENTS / "bundle", "cfn-lint"))
    assert ("cf/a.yaml", 4, "E9008") in [(each.path, each.line, each.rule) for each in found]


def test_sam_refuses_what_its_transform_cannot_read(bundle: Written) -> None:
    template = """\
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Function: {Type: AWS::Serverless::Function, Properties: {CodeUri: a, Handler: !Ref Nobody, Runtime: python3.13}}
    """
    written = bundle({"cf/a.yaml": template, "cf/plain.yaml": "Resources: {}\n"})
    found = sam.findings(written, Environment(ENVIRONMENTS / "sam", "aws-sam-cli"))
    assert ("cf/a.yaml", 3, "E1020") in [(each.path, each.line, each.rule) for each in found]


def test_checkov_finds_and_passes_over_what_a_comment_names(bundle: Written) -> None:
    template = """\
    Resources:
      Open:
        Type: AWS::Logs::LogGroup
        Properties: {RetentionInDays: 1}
      Known:
        # checkov:skip=CKV_AWS_158: it holds nothing
        # checkov:skip=CKV_AWS_18: it is no bucket
        Type: AWS::Logs::LogGroup
        Properties: {RetentionInDays: 1}
    """
    written = bundle({"cf/a.yaml": template})
    found, passed_over = checkov.findings(written, Environment(ENVIRONMENTS / "checkov", "checkov"))
    assert ("cf/a.yaml", 2, "CKV_AWS_158") in [(each.path, each.line, each.rule) for each in found]
    assert all(each.line == 2 for each in found if each.rule == "CKV_AWS_158")
    known = suppressions(written.templates)
    assert {each.rule for each in checkov.spent(known, passed_over)} == {"CKV_AWS_158"}


def test_parliament_finds_an_action_that_is_none_and_a_resource_that_it_does_not_know(bundle: Written) -> None:
    template = """\
    Resources:
      Bucket: {Type: AWS::S3::Bucket}
      Role:
        Type: AWS::IAM::Role
        Properties:
          Policies:
            - PolicyName: A
              PolicyDocument:
                Statement:
                  - {Effect: Allow, Action: s3:GetObjekt, Resource: !Sub "${Bucket.Arn}/*"}
                  - {Effect: Allow, Action: s3:GetObject, Resource: !GetAtt Bucket.Arn}
                  - {Effect: Allow, Action: s3:GetObject, Resource: !Sub "${Bucket.Arn}/*"}
    """
    found = iam.findings(bundle({"cf/a.yaml": template}), Environment(ENVIRONMENTS / "parliament", "parliament"))
    assert [(each.line, each.rule) for each in found] == [(10, "UNKNOWN_ACTION"), (11, "RESOURCE_MISMATCH")]


_LOAD = """\
import json, sys
from pathlib import Path
from taskcat._config import Config
from taskcat.testing import CFNTest
config = Config.create(project_root=Path(sys.argv[1]), project_config_path=Path(sys.argv[1]) / ".taskcat.yml")
CFNTest(config=config)
tests = config.config.tests.values()
print(json.dumps([[each.stack_name, each.template, each.regions, each.parameters] for each in tests]))
"""


def test_taskcat_loads_its_file_with_three_regions_that_the_bundle_claims(shipped: Bundle, tmp_path: Path) -> None:
    python = ENVIRONMENTS / "taskcat" / "bin" / "python"
    said = subprocess.run(
        [python, "-W", "ignore", "-c", _LOAD, shipped.root], env={"HOME": str(tmp_path)}, capture_output=True, text=True
    )
    assert said.returncode == 0, said.stderr
    declared = shipped.templates[0].document["Parameters"]
    in_regions = set()
    for name, template, (region,), parameters in json.loads(said.stdout):
        assert template == f"build/{region}.yaml"
        assert len(name) <= 32
        assert all(value in declared[given]["AllowedValues"] for given, value in parameters.items())
        in_regions.add(region)
    assert len(in_regions) == 3
    assert in_regions <= set(REGIONS)


@pytest.mark.parametrize("name", ["checkov", "parliament", "taskcat"])
def test_an_environment_is_locked_with_hashes(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    assert text.count("==") <= text.count("--hash=sha256:")


def test_the_page_lists_the_regions_that_are_linted() -> None:
    text = (ROOT / "docs" / "security.md").read_text("utf-8")
    assert ", ".join(REGIONS) in " ".join(text.split())


def test_ci_verifies() -> None:
    assert "make verify" in (ROOT / ".ci" / "run").read_text("utf-8")
    assert yaml.safe_load((ROOT / ".taskcat.yml").read_text("utf-8"))["project"]["package_lambda"] is False
