"""The words in which the tables are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from slipway.engine.engine import current

# A generated name ends in characters that nobody can know or name in a policy; any will do for a pattern.
_SUFFIX = "XXXXXXXXXXXX"


@dataclass(frozen=True)
class Change:
    """One create, update or delete of one resource, with resolved properties."""

    resource_type: str
    stack_name: str
    logical_id: str
    properties: Mapping[str, Any]
    old_properties: Mapping[str, Any] = field(default_factory=dict)
    physical_id: str = ""

    def get(self, name: str) -> Any:
        """A property, None when it is absent."""
        return self.properties.get(name)

    def changed(self, *names: str) -> bool:
        """Whether one of the properties is set on create, or differs on update."""
        return any(self.properties.get(name) != self.old_properties.get(name) for name in names)

    def name(self, property_name: str, max_length: int = 64) -> str:
        """The resource's name: what it is called already, the name given, or one like CloudFormation would generate."""
        if self.physical_id:
            return self.physical_id
        given = self.properties.get(property_name)
        return str(given) if given else f"{self.stack_name}-{self.logical_id}"[: max_length - 13] + f"-{_SUFFIX}"

    def arn(self, service: str, resource: str) -> str:
        """An ARN in the account and region, or the physical id when that is an ARN."""
        if self.physical_id.startswith("arn:"):
            return self.physical_id
        return current().arn(service, resource)


@dataclass(frozen=True)
class Need:
    """An action on a resource; with `passed_to`, `resource` is a role that is handed to that service."""

    action: str
    resource: str = "*"
    context: Mapping[str, str] = field(default_factory=dict)
    passed_to: str = ""


Rule = Callable[[Change], Iterable[Need]]


@dataclass(frozen=True)
class Permissions:
    """What the three operations of a type need."""

    create: Rule
    update: Rule
    delete: Rule


def pass_role(role_arn: Any, service: str) -> Iterator[Need]:
    """Handing a role over, when one is given.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
    """
    if isinstance(role_arn, str) and role_arn:
        yield Need("iam:PassRole", role_arn, {"iam:PassedToService": service}, passed_to=service)


def always(action: str, resource: Callable[[Change], str] | None = None) -> Rule:
    """A rule of one action, on `*` unless a resource is told."""
    return lambda change: [Need(action, resource(change) if resource else "*")]


def nothing(change: Change) -> Iterable[Need]:
    """A rule of an operation that makes no call."""
    del change
    return ()
