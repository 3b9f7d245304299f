"""Model packages, which go with the training stack unless a tag of their group says otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from slipway.destroy.inventory import Item, packages
from slipway.target import Target

KIND: Final = "model package group"
# functions/teardown/leftovers.py reads it.
TAG: Final = "Keep"


def groups(found: Iterable[Item]) -> list[Item]:
    """The groups that hold a version."""
    return [item for item in found if item.kind == KIND and not item.note.startswith("0 ")]


def remove(target: Target, group: str) -> None:
    """Delete a group that no stack has any more, and its versions before it."""
    sagemaker = target.client("sagemaker")
    for package in packages(target, group):
        sagemaker.delete_model_package(ModelPackageName=package)
    sagemaker.delete_model_package_group(ModelPackageGroupName=group)


def mark(target: Target, found: Iterable[Item], *, keep: bool) -> None:
    """Say of each group whether it is kept, whatever an earlier destruction said of it."""
    sagemaker = target.client("sagemaker")
    for item in groups(found):
        arn = sagemaker.describe_model_package_group(ModelPackageGroupName=item.name)["ModelPackageGroupArn"]
        if keep:
            sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": TAG, "Value": "true"}])
        else:
            sagemaker.delete_tags(ResourceArn=arn, TagKeys=[TAG])
