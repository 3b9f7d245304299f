"""A stack whose exports a pipeline's stack imports; the pipeline builds from a zip and deploys by change set."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from tests.engine.foreign.support import FOREIGN, Stranger, outputs

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html"
)

FOLDER = FOREIGN / "shared_exports"


def upload(stranger: Stranger, bucket: str, **files: str) -> None:
    """Put the source's zip."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"{name}.txt", content)
    stranger.client("s3").put_object(Bucket=bucket, Key="app.zip", Body=body.getvalue())


def succeeded(stranger: Stranger, pipeline: str, number: int) -> dict[str, dict[str, Any]]:
    """The actions of a run that must succeed."""
    run = stranger.run(pipeline, number)
    actions = stranger.actions(pipeline, run)
    assert run["status"] == "Succeeded", actions
    return actions


def test_it_deploys_each_upload_by_a_change_set_and_is_deleted(stranger: Stranger) -> None:
    environment = stranger.prefix
    shared = stranger.create("shared", FOLDER / "shared.yaml", EnvironmentName=environment)
    assert shared["StackStatus"] == "CREATE_COMPLETE", stranger.reasons(shared["StackId"])
    source = outputs(shared)["SourceBucket"]
    upload(stranger, source, greeting="hello there")
    stack = stranger.create("pipeline", FOLDER / "pipeline.yaml", EnvironmentName=environment)
    assert stack["StackStatus"] == "CREATE_COMPLETE", stranger.reasons(stack["StackId"])
    pipeline = outputs(stack)["Pipeline"]

    actions = succeeded(stranger, pipeline, 1)
    assert actions["Render"]["output"]["outputVariables"]["WORDS"] == "2"
    assert greeting(stranger) == "hello there (2 words)"
    upload(stranger, source, greeting="hello there again")
    succeeded(stranger, pipeline, 2)
    assert greeting(stranger) == "hello there again (3 words)"

    upload(stranger, source, other="no greeting")
    assert stranger.run(pipeline, 3)["status"] == "Failed"
    assert greeting(stranger) == "hello there again (3 words)"

    refuses_to_go_while_imported(stranger, shared)
    delete_in_order(stranger, stack, shared)


def greeting(stranger: Stranger) -> str:
    """What the deployed stack's parameter says; the stack has the tag of the template configuration."""
    name = f"/{stranger.prefix}/greeting"
    (app,) = stranger.client("cloudformation").describe_stacks(StackName=f"{stranger.prefix}-app")["Stacks"]
    assert outputs(app) == {"Name": name}
    assert {"Key": "Environment", "Value": stranger.prefix} in app["Tags"]
    value: str = stranger.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    return value


def refuses_to_go_while_imported(stranger: Stranger, shared: dict[str, Any]) -> None:
    export, importer = f"{stranger.prefix}-ArtifactBucket", stranger.name("pipeline")
    kept = stranger.delete(shared["StackId"])
    assert kept["StackStatus"] == "CREATE_COMPLETE"
    assert f"Export {export} cannot be deleted as it is in use by {importer}" in kept["StackStatusReason"]
    assert stranger.client("cloudformation").list_imports(ExportName=export)["Imports"] == [importer]


def delete_in_order(stranger: Stranger, stack: dict[str, Any], shared: dict[str, Any]) -> None:
    """The deployed stack needs the shared role; both buckets are full until somebody empties them."""
    app = stranger.client("cloudformation").describe_stacks(StackName=f"{stranger.prefix}-app")["Stacks"][0]["StackId"]
    assert stranger.delete(app)["StackStatus"] == "DELETE_COMPLETE"
    assert stranger.delete(stack["StackId"])["StackStatus"] == "DELETE_COMPLETE"
    assert stranger.delete(shared["StackId"])["StackStatus"] == "DELETE_FAILED"
    assert "The bucket you tried to delete is not empty" in stranger.reasons(shared["StackId"])
    stranger.empty(outputs(shared)["ArtifactBucket"])
    stranger.empty(outputs(shared)["SourceBucket"])
    deleted = stranger.delete(shared["StackId"])
    assert deleted["StackStatus"] == "DELETE_COMPLETE", stranger.reasons(shared["StackId"])
