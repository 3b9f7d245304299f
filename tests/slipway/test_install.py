from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway import install
from slipway.errors import BadInput, NotFound
from tests.slipway.stubs import Aws

CREATED = "2026-11-21T00:00:00Z"


def stack(name: str, **outputs: str) -> dict[str, object]:
    told = [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()]
    return {"StackName": name, "CreationTime": CREATED, "StackStatus": "CREATE_COMPLETE", "Outputs": told}


@pytest.mark.parametrize("name", ["slipway", "churn-eu", "a", "a1-2b", "a" * install.MOST_CHARACTERS])
def test_a_good_stack_name_is_taken(name: str) -> None:
    install.check_name(name)


@pytest.mark.parametrize("name", ["Churn", "churn_eu", "1churn", "-churn", "churn-", "churn--eu", "", "chürn", "a b"])
def test_a_stack_name_from_which_no_bucket_can_be_named_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match=f"stack name {re.escape(repr(name))}: expected lower-case letters, digits"):
        install.check_name(name)


def test_a_stack_name_that_is_too_long_is_refused_with_the_limit() -> None:
    long = "a" * (install.MOST_CHARACTERS + 1)
    with pytest.raises(BadInput, match=f"has {len(long)} characters; expected {install.MOST_CHARACTERS} at most"):
        install.check_name(long)


@pytest.mark.parametrize("name", sorted(install.RESERVED))
def test_a_stack_name_that_is_a_folder_of_the_artifact_bucket_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match=f"stack name {name}: expected another one, since the artifact bucket has"):
        install.check_name(name)


def test_each_folder_that_the_templates_name_is_reserved() -> None:
    templates = "".join(path.read_text("utf-8") for path in (Path(__file__).parents[2] / "cf").iterdir())
    assert set(re.findall(r"ArtifactBucket}/([a-z]+)/", templates)) == install.RESERVED


@given(st.text(max_size=40))
def test_any_name_is_taken_or_refused(name: str) -> None:
    try:
        install.check_name(name)
    except BadInput:
        return
    assert re.fullmatch(r"[a-z][a-z0-9-]*[a-z0-9]|[a-z]", name)


@pytest.mark.parametrize(
    ("status", "reason", "told"),
    [
        (
            "DELETE_FAILED",
            "The following resource(s) failed to delete: [Access].",
            "DELETE_FAILED: The following.*Access",
        ),
        ("DELETE_IN_PROGRESS", "", "DELETE_IN_PROGRESS"),
    ],
)
def test_an_install_that_is_half_deleted_is_told_with_what_removes_the_rest(
    status: str, reason: str, told: str, aws: Aws
) -> None:
    half = {**stack("churn", PipelineName="churn"), "StackStatus": status, "StackStatusReason": reason}
    aws.answer("cloudformation.describe_stacks", {"Stacks": [half]})
    aws.refuse("codepipeline.get_pipeline", "PipelineNotFoundException", "there is no churn")
    message = rf"churn in .* is half deleted: its pipeline is gone, and its root stack is in {told}.*; `slipway destroy"
    with pytest.raises(NotFound, match=message):
        install.find(aws.target, "churn")


def test_an_install_whose_deletion_failed_before_its_pipeline_is_found(aws: Aws) -> None:
    half = {**stack("churn", PipelineName="churn"), "StackStatus": "DELETE_FAILED"}
    aws.answer("cloudformation.describe_stacks", {"Stacks": [half]})
    kind = {"category": "Build", "owner": "AWS", "provider": "CodeBuild", "version": "1"}
    stages = [{"name": "Build", "actions": [{"name": "Build", "actionTypeId": kind}]}]
    aws.answer(
        "codepipeline.get_pipeline",
        {"pipeline": {"name": "churn", "roleArn": "arn:aws:iam::1:role/a", "stages": stages}},
    )
    assert install.find(aws.target, "churn").pipeline == "churn"


def test_the_only_stack_with_a_pipeline_is_found(aws: Aws) -> None:
    nested = {**stack("churn-Pipeline", PipelineName="churn"), "ParentId": "arn:aws:cloudformation:::stack/churn/1"}
    aws.answer(
        "cloudformation.describe_stacks", {"Stacks": [stack("other"), stack("churn", PipelineName="churn"), nested]}
    )
    assert install.only(aws.target) == "churn"


def test_no_stack_with_a_pipeline_says_what_makes_one(aws: Aws) -> None:
    aws.answer("cloudformation.describe_stacks", {"Stacks": [stack("other")]})
    with pytest.raises(NotFound, match=r"no stack with a pipeline in local engine at .*; `slipway launch` makes one"):
        install.only(aws.target)


def test_several_stacks_with_a_pipeline_have_to_be_named(aws: Aws) -> None:
    found = [stack(name, PipelineName=name) for name in ("churn", "fraud", "third")]
    aws.answer("cloudformation.describe_stacks", {"Stacks": found})
    with pytest.raises(BadInput, match=r"name one: --stack churn \(or fraud, third\)"):
        install.only(aws.target)


@pytest.mark.parametrize(("names", "told"), [([], "none"), (["churn", "fraud"], "churn, fraud")])
def test_a_stack_that_does_not_exist_is_told_beside_those_that_do(names: list[str], told: str, aws: Aws) -> None:
    aws.refuse("cloudformation.describe_stacks", "ValidationError", "Stack with id nope does not exist")
    aws.answer("cloudformation.describe_stacks", {"Stacks": [stack(name, PipelineName=name) for name in names]})
    expected = rf"there is no stack nope in .*; those with a pipeline: {told}; `slipway launch nope` makes one"
    with pytest.raises(NotFound, match=expected):
        install.find(aws.target, "nope")


def test_an_environment_that_no_run_has_made_says_so(aws: Aws) -> None:
    aws.refuse("cloudformation.describe_stacks", "ValidationError", "Stack with id churn-test does not exist")
    with pytest.raises(NotFound, match="there is no test yet: no run has made stack churn-test"):
        aws.install().environment("test")


def test_an_environment_gives_its_outputs(aws: Aws) -> None:
    aws.answer("cloudformation.describe_stacks", {"Stacks": [stack("churn-test", ApiUrl="http://x")]})
    assert aws.install().environment("test") == {"ApiUrl": "http://x"}


def test_a_missing_output_is_named_beside_those_that_are_there() -> None:
    with pytest.raises(NotFound, match="stack churn has no output DataBucket; it has Branch, CloneUrl, PipelineName"):
        _ = Aws().install().data_bucket
