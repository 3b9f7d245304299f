"""The model registry's records: groups by name, packages by ARN.

docs.aws.amazon.com/sagemaker/latest/dg/model-registry.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slipway.engine.services.sagemaker.service import arn, find, table

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

GROUPS = "model-package-groups"
PACKAGES = "model-packages"


def short_name(name_or_arn: str) -> str:
    """`group` of a group's ARN, `group/3` of a package's; a plain name as it is."""
    return name_or_arn.split("/", 1)[1] if name_or_arn.startswith("arn:") else name_or_arn


def find_group(engine: Engine, name_or_arn: str) -> dict[str, Any]:
    """The group's record by name or ARN, or SageMaker's error."""
    name = short_name(name_or_arn)
    group_arn = arn(engine, "model-package-group", name)
    return find(engine, GROUPS, name, f"ModelPackageGroup {group_arn} does not exist.")


def find_package(engine: Engine, name_or_arn: str) -> dict[str, Any]:
    """The package's record by name or ARN, or SageMaker's error."""
    package_arn = arn(engine, "model-package", short_name(name_or_arn))
    return find(engine, PACKAGES, package_arn, f"ModelPackage {package_arn} does not exist.")


def packages_of(engine: Engine, group: str) -> list[dict[str, Any]]:
    """The versions of a group, oldest first."""
    return [item for item in table(engine, PACKAGES).values() if item.get("ModelPackageGroupName") == group]
