"""A change of one resource.

docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html
docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChangeDetail.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Detail:
    """A change of one property or attribute, and why; `evaluation` is Static when the new value is known."""

    attribute: str
    name: str = ""
    recreation: str = "Never"
    evaluation: str = "Static"
    source: str = "DirectModification"
    entity: str = ""

    def described(self) -> dict[str, Any]:
        """As DescribeChangeSet tells it."""
        target = {"Attribute": self.attribute, "RequiresRecreation": self.recreation}
        target |= {"Name": self.name} if self.name else {}
        told: dict[str, Any] = {"Target": target, "Evaluation": self.evaluation, "ChangeSource": self.source}
        return {**told, "CausingEntity": self.entity} if self.entity else told


@dataclass(frozen=True)
class Change:
    """A resource that would be added, modified or removed; `child` is the change set of a nested stack."""

    action: str
    logical_id: str
    type: str
    physical_id: str = ""
    replacement: str = ""
    details: tuple[Detail, ...] = ()
    child: str = ""

    def described(self) -> dict[str, Any]:
        """As DescribeChangeSet tells it."""
        told: dict[str, Any] = {
            "Action": self.action,
            "LogicalResourceId": self.logical_id,
            "ResourceType": self.type,
            "Scope": list(dict.fromkeys(detail.attribute for detail in self.details)),
            "Details": [detail.described() for detail in self.details],
        }
        told |= {"PhysicalResourceId": self.physical_id} if self.physical_id else {}
        told |= {"Replacement": self.replacement} if self.action == "Modify" else {}
        told |= {"ChangeSetId": self.child} if self.child else {}
        return {"Type": "Resource", "ResourceChange": told}
