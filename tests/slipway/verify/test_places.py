"""No partition, region, account or URL suffix is written out."""

from __future__ import annotations

import pytest

from slipway.verify.places import findings
from tests.slipway.verify.conftest import Written


@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param('ARN = f"arn:aws:s3:::{bucket}"', "arn:aws: is a literal partition", id="partition"),
        pytest.param('REGION = "eu-west-1"', "eu-west-1 is a literal region", id="region"),
        pytest.param('ACCOUNT = "123456789012"', "123456789012 is a literal account", id="account"),
        pytest.param(
            'URL = f"https://sqs.{region}.amazonaws.com/"', "}.amazonaws.com is a literal URL suffix", id="url"
        ),
        pytest.param('URL = "https://console.aws.amazon.com/s3"', "console.aws.amazon.com is a literal", id="console"),
    ],
)
def test_a_literal_place_in_code_is_found_with_its_line(bundle: Written, line: str, said: str) -> None:
    (found,) = findings(bundle({"functions/a/handler.py": f'"""A function."""\n\n{line}\n'}))
    assert (found.path, found.line) == ("functions/a/handler.py", 3)
    assert said in found.message


def test_documentation_principals_and_docstrings_are_no_places(bundle: Written) -> None:
    text = '''
    """In eu-west-1 the ARN is arn:aws:s3:::bucket."""

    PAGE = "https://docs.aws.amazon.com/lambda/latest/dg/us-east-1.html"
    PRINCIPAL = "lambda.amazonaws.com"
    '''
    assert findings(bundle({"jobs/a.py": text})) == []


def test_a_definition_is_read_too(bundle: Written) -> None:
    text = '{"States": {\n "A": {"Resource": "arn:aws:states:::aws-sdk:s3:getObject"}}}'
    (found,) = findings(bundle({"cf/a.asl.json": text}))
    assert str(found).startswith("cf/a.asl.json:2: place-partition arn:aws: is a literal partition")


def test_a_url_in_a_template_is_found_and_one_of_the_pseudo_parameter_is_not(bundle: Written) -> None:
    template = """\
    Resources:
      Right: {Value: !Sub "https://sqs.${AWS::Region}.${AWS::URLSuffix}/"}
      Wrong: {Value: !Sub "https://sqs.${AWS::Region}.amazonaws.com/"}  # not https://a.b.amazonaws.com
    """
    (found,) = findings(bundle({"cf/a.yaml": template}))
    assert found.line == 3
