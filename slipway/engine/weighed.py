"""What a decision was made of: who asked, which policies stood, and which condition keys they looked at.

With it a decision can be made once more, afterwards and by somebody else. A document is written once, to
`policies.jsonl` beside the journal (`{"id", "document"}`); a check names it by its id, which is a hash of its text:

    "weighed": {"principal", "role", "identity": {name: id}, "boundary": {…}, "session": {…}, "resource": {…}, "keys"}

`keys` has the condition keys that some policy asked for and that the request had, in lower case. A limit that there is
not, a boundary or a session policy, is left out; so is the role of who is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from slipway.engine.policy import Decision, Policies, Principal, Source
from slipway.engine.policy.request import Keys


@dataclass(frozen=True)
class Weighed:
    """A decision with what it was made of; `policies` is None where none was asked."""

    principal: Principal
    decision: Decision
    policies: Policies | None = None
    keys: Keys = field(default_factory=dict)

    def line(self) -> dict[str, Any]:
        """The journal's JSON object for it."""
        found: dict[str, Any] = {"principal": self.principal.name}
        if self.principal.role_arn:
            found["role"] = self.principal.role_arn
        kinds = {kind: {source.name: source.policy.id for source in sources} for kind, sources in self._sources()}
        return {**found, **kinds, **({"keys": dict(self.keys)} if self.keys else {})}

    def documents(self) -> Mapping[str, str]:
        """The texts of its policies by their ids."""
        return {source.policy.id: source.policy.text for _, sources in self._sources() for source in sources}

    def _sources(self) -> Iterable[tuple[str, tuple[Source, ...]]]:
        if self.policies is None:
            return
        yield "identity", self.policies.identity
        if self.policies.boundary is not None:
            yield "boundary", self.policies.boundary
        if self.policies.session is not None:
            yield "session", self.policies.session
        if self.policies.resource is not None:
            yield "resource", (self.policies.resource,)
