"""The bundle's own cfn-lint rules: what each finds in a template that breaks it, and nothing in one that does not.

That the bundle's templates keep them is `make check-templates`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from cfnlint.config import ConfigMixIn
from cfnlint.decode import cfn_yaml
from cfnlint.rules import Rules
from cfnlint.template import Template

ROOT = Path(__file__).parents[3]
RULES = ROOT / "config" / "rules"
FIXTURES = Path(__file__).parent / "fixtures"
ONE_EACH = sorted(path.stem for path in RULES.glob("[a-z]*.py"))
FOUND = {
    "administrator_policies": [
        "E9001:11 arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess opens too much; "
        "name the actions that are needed",
        "E9001:11 arn:${AWS::Partition}:iam::aws:policy/AmazonSQSFullAccess opens too much; "
        "name the actions that are needed",
    ],
    "bounded_roles": [
        "E9009:2 Role has no PermissionsBoundary on a condition",
        "E9009:12 Function has no Role; give it one of the template's",
    ],
    "exact_actions": [
        "E9002:16 * opens too much; name the actions",
        "E9002:17 s3:* opens too much; name the actions",
        "E9002:18 iam:Put* opens too much; name the actions",
        "E9002:19 NotAction opens too much; name the actions",
    ],
    "explained_stars": [
        'E9003:19 Resource "*" without a comment; say why no resource can be named',
        'E9003:25 Resource "*" without a comment; say why no resource can be named',
    ],
    "kept_data": [
        "E9004:2 Bucket holds data and has no DeletionPolicy",
        "E9004:2 Bucket holds data and has no UpdateReplacePolicy",
        "E9004:4 Queue holds data and has no UpdateReplacePolicy",
    ],
    "log_retention": ["E9007:4 LogGroup has no RetentionInDays"],
    "parameter_order": [
        "E9005:2 Days reads Type, Description, MinValue, Default; expected Description, Type, Default, MinValue",
        "E9005:7 Name has no Description",
    ],
    "places_by_reference": [
        "E9008:3 eu-west-1 is a literal region; use a pseudo parameter",
        "E9008:8 arn:aws: is a literal partition; use a pseudo parameter",
        "E9008:10 111122223333 is a literal account id; use a pseudo parameter",
    ],
    "statement_ids": [
        "E9006:12 two statements of one policy are called Publish",
        "E9006:13 a statement without Sid; say in one word what it is for",
    ],
}


@cache
def rules() -> Rules:
    """The bundle's rules alone."""
    return Rules.create_from_directory(str(RULES))


def findings(path: Path, rule: str) -> list[str]:
    """What a rule finds: id, line, message, in the order of the lines."""
    cfn = Template(str(path), cfn_yaml.load(str(path)), ["us-east-1"])
    matches = rules().run(str(path), cfn, ConfigMixIn(regions=["us-east-1"]))
    ours = [match for match in matches if match.rule.id == rule]
    found = sorted((match.linenumber, f"{match.rule.id}:{match.linenumber} {match.message}") for match in ours)
    return [text for _, text in found]


def rule_id(name: str) -> str:
    """The id that a rule's docstring begins with."""
    return (RULES / f"{name}.py").read_text("utf-8").split('"""')[1].split(":")[0]


def test_every_rule_has_fixtures_and_a_test() -> None:
    assert sorted(FOUND) == ONE_EACH
    assert {path.name for path in FIXTURES.iterdir()} == {
        f"{name}.{kind}.yaml" for name in ONE_EACH for kind in ("good", "bad")
    }


@pytest.mark.parametrize("name", ONE_EACH)
def test_a_bad_template_is_found_with_line_and_sentence(name: str) -> None:
    assert findings(FIXTURES / f"{name}.bad.yaml", rule_id(name)) == FOUND[name]


@pytest.mark.parametrize("name", ONE_EACH)
def test_a_good_template_is_left_alone(name: str) -> None:
    assert findings(FIXTURES / f"{name}.good.yaml", rule_id(name)) == []
