"""Templates' values at their longest."""

from __future__ import annotations

from slipway.verify.bundle import Bundle
from slipway.verify.longest import ROOT_NAME, Longest
from tests.slipway.verify.conftest import Written


def test_a_parameter_is_what_the_parents_of_its_template_give_it(bundle: Written) -> None:
    written = bundle(
        {
            "template.yaml": """\
                Resources:
                  Storage: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: cf/storage.yaml}}
                  Reader:
                    Type: AWS::CloudFormation::Stack
                    Properties:
                      TemplateURL: cf/reader.yaml
                      Parameters: {BucketName: !GetAtt Storage.Outputs.Bucket, Prefix: !Ref AWS::StackName}
                """,
            "cf/storage.yaml": """\
                Resources: {Bucket: {Type: AWS::S3::Bucket}}
                Outputs: {Bucket: {Value: !Ref Bucket}}
                """,
            "cf/reader.yaml": "Parameters: {BucketName: {Type: String}, Prefix: {Type: String}}\nResources: {}\n",
            "cf/deployed.yaml": "Parameters: {Prefix: {Type: String}}\nResources: {}\n",
        }
    )
    longest = Longest(written.templates)
    assert longest.value("cf/reader.yaml", {"Fn::Sub": "arn:aws:s3:::${BucketName}/*"}) == f"arn:aws:s3:::{'n' * 63}/*"
    assert longest.value("cf/reader.yaml", {"Ref": "Prefix"}) == ROOT_NAME
    # Deployed by the pipeline, which no template says: its parameters mean what they do elsewhere.
    assert longest.value("cf/deployed.yaml", {"Ref": "Prefix"}) == ROOT_NAME


def test_of_two_branches_the_longer_counts_unless_the_condition_is_known(bundle: Written) -> None:
    written = bundle({"cf/a.yaml": "Resources: {}\n"})
    value = {"Fn::If": ["IsShort", "a", "abc"]}
    assert Longest(written.templates).value("cf/a.yaml", value) == "abc"
    assert Longest(written.templates, {"IsShort": True}).value("cf/a.yaml", value) == "a"
    assert Longest(written.templates).value("cf/a.yaml", [{"Fn::If": ["X", {"Ref": "AWS::NoValue"}, "a"]}]) == ["a"]


def test_the_root_name_is_as_long_as_the_bundle_allows(shipped: Bundle) -> None:
    storage = shipped.template("storage.yaml")
    assert storage is not None
    assert storage.document["Parameters"]["Prefix"]["MaxLength"] == len(ROOT_NAME)
