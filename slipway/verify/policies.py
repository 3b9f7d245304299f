"""The policies of a template, statement by statement, with everything in them resolved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from slipway.verify.longest import Longest
from slipway.verify.source import Source

TRUST = "AssumeRolePolicyDocument"
_MANAGED = "AWS::IAM::ManagedPolicy"
_INLINE = ("AWS::IAM::Policy", "AWS::IAM::RolePolicy")


@dataclass(frozen=True)
class Policy:
    """A policy document: whose it is, of which kind (inline, managed, trust, resource), and where it stands."""

    source: Source
    logical_id: str
    kind: str
    place: tuple[str | int, ...]
    document: dict[str, Any]
    holder: str

    @property
    def line(self) -> int:
        """Where the document begins."""
        return self.source.line(self.place)

    def statements(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Each statement with its line; a conditional one as it is when it is there."""
        written = self._written()
        for index, statement in enumerate(self.document["Statement"]):
            yield self.source.line([*self.place, "Statement", written[index], "Fn::If", 1]), statement

    def _written(self) -> list[int]:
        """The position in the source of every statement that is left after resolving."""
        found: Any = self.source.document
        for step in self.place:
            found = found[step]
        statements = found["Statement"] if isinstance(found["Statement"], list) else [found["Statement"]]
        return [number for number, each in enumerate(statements) if each != {"Ref": "AWS::NoValue"}]


def policies(sources: list[Source], longest: Longest) -> Iterator[Policy]:
    """Every policy of every template."""
    for source in sources:
        for logical_id, resource in source.document.get("Resources", {}).items():
            properties = resource.get("Properties", {})
            base = ("Resources", logical_id, "Properties")
            for kind, place, written, holder in _documents(logical_id, resource["Type"], properties):
                document = longest.value(source.path, written)
                if not isinstance(document.get("Statement"), list):
                    document["Statement"] = [document["Statement"]]
                yield Policy(source, logical_id, kind, (*base, *place), document, holder)


def _documents(
    logical_id: str, of: str, properties: dict[str, Any]
) -> Iterator[tuple[str, tuple[str | int, ...], Any, str]]:
    """Kind, place, document and the logical id of the role that holds it."""
    if TRUST in properties:
        yield "trust", (TRUST,), properties[TRUST], logical_id
    for index, policy in enumerate(properties.get("Policies", []) if of == "AWS::IAM::Role" else []):
        yield "inline", ("Policies", index, "PolicyDocument"), policy["PolicyDocument"], logical_id
    if of.startswith("AWS::IAM::") and "PolicyDocument" in properties:
        holders = properties.get("Roles", [{}])
        holder = holders[0].get("Ref", logical_id) if of in _INLINE else logical_id
        yield ("managed" if of == _MANAGED else "inline"), ("PolicyDocument",), properties["PolicyDocument"], holder
    for name in ("PolicyDocument", "KeyPolicy", "RepositoryPolicyText"):
        if not of.startswith("AWS::IAM::") and isinstance(properties.get(name), dict):
            yield "resource", (name,), properties[name], logical_id
