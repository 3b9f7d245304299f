from __future__ import annotations

import pytest

from slipway import publish
from slipway.errors import BadInput
from slipway.package import PackageFailed
from slipway.publish import Published
from tests.slipway.stubs import Aws

URL = "https://s3.us-east-1.amazonaws.com/b/slipway/1/template.yaml"


@pytest.mark.parametrize(("told", "region"), [("eu-west-2", "eu-west-2"), ("EU", "eu-west-1")])
def test_a_bucket_in_another_region_is_refused_with_what_to_do(told: str, region: str, aws: Aws) -> None:
    aws.answer("sts.get_caller_identity", {"Account": "111122223333"})
    aws.answer("s3.get_bucket_location", {"LocationConstraint": told})
    with pytest.raises(
        PackageFailed, match=f"bucket b is in {region}, .*publish with --region {region}, or to a bucket"
    ):
        publish.check_bucket(aws.target, "b")


def test_a_bucket_without_a_location_is_in_us_east_1(aws: Aws) -> None:
    aws.answer("sts.get_caller_identity", {"Account": "111122223333"})
    aws.answer("s3.get_bucket_location", {}, {"Bucket": "b", "ExpectedBucketOwner": "111122223333"})
    publish.check_bucket(aws.target, "b")


def test_somebody_elses_bucket_is_told(aws: Aws) -> None:
    aws.answer("sts.get_caller_identity", {"Account": "111122223333"})
    aws.refuse("s3.get_bucket_location", "AccessDenied", "Access Denied")
    with pytest.raises(PackageFailed) as refused:
        publish.check_bucket(aws.target, "bkt")
    assert str(refused.value) == (
        "bucket bkt cannot be used: Access Denied; it is account 111122223333's if `aws s3api list-buckets` has it, and"
        " then its policy or yours has to allow s3:GetBucketLocation, s3:ListBucket, s3:GetObject and s3:PutObject;"
        " else give another one"
    )


def test_what_no_bucket_can_be_called_is_an_input_that_cannot_be_used(aws: Aws) -> None:
    aws.answer("sts.get_caller_identity", {"Account": "111122223333"})
    with pytest.raises(BadInput, match="'Bad Name!' is no name of a bucket: "):
        publish.check_bucket(aws.target, "Bad Name!")


def test_on_aws_the_button_opens_the_launch_form_of_the_region_with_the_template() -> None:
    url = publish.launch_url(Aws(local=False).target, URL)
    assert url == (
        "https://us-east-1.console.aws.amazon.com/cloudformation/home?region=us-east-1#/stacks/create/review"
        "?templateURL=https%3A%2F%2Fs3.us-east-1.amazonaws.com%2Fb%2Fslipway%2F1%2Ftemplate.yaml&stackName=slipway"
    )
    made = Published("0.1.0", "0123456789abcdef", URL, "us-east-1", True, url)
    assert made.markdown.startswith("[![Launch Stack](https://s3.amazonaws.com/cloudformation-examples/")
    assert made.markdown.endswith(f".png)]({url})")


def test_a_template_without_the_parameters_of_the_seed_is_refused() -> None:
    with pytest.raises(PackageFailed, match="parameter SourceBucket has no empty default"):
        publish.seeded("Parameters:\n  SourceBucket:\n    Type: String\n    Default: mine\n", "b", "k")
