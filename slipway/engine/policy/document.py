"""A policy document, compiled once for each text.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import lru_cache

from slipway.engine.policy.principals import Named, Principals
from slipway.engine.policy.request import Request
from slipway.engine.policy.statement import Statement, compile_statement

_WITH_VARIABLES = "2012-10-17"
_REMEMBERED_ACTIONS = 512


class Policy:
    """The statements of one document, its text, and the hash that it is told by."""

    def __init__(self, text: str, statements: tuple[Statement, ...]) -> None:
        self.text = text
        self.id = hashlib.sha256(text.encode()).hexdigest()[:16]
        self.statements = statements
        self._by_action: dict[str, tuple[Statement, ...]] = {}

    def first(self, request: Request, *, allows: bool) -> Statement | None:
        """The first statement of an identity-based policy, a boundary or a session policy that holds."""
        return next(
            (each for each in self._about(request.action) if each.allows is allows and each.holds(request)), None
        )

    def denies(self, request: Request) -> Statement | None:
        """The first statement of a resource-based policy that denies it to this principal."""
        for statement, principals in self._with_principals(request.action, allows=False):
            if principals.denies(request.principal) and statement.holds(request):
                return statement
        return None

    def grants(self, request: Request) -> tuple[Named, Statement | None]:
        """How directly a resource-based policy allows it to this principal, and by which statement."""
        best, by = Named.NOT, None
        for statement, principals in self._with_principals(request.action, allows=True):
            named = principals.named(request.principal)
            if named > best and statement.holds(request):
                best, by = named, statement
        return best, by

    def compared_with(self, key: str) -> list[str]:
        """The values that conditions of this policy compare a key with."""
        conditions = (condition for statement in self.statements for condition in statement.conditions)
        return [text for condition in conditions if condition.key == key for text in condition.texts()]

    def _with_principals(self, action: str, *, allows: bool) -> Iterator[tuple[Statement, Principals]]:
        for statement in self._about(action):
            if statement.principals is not None and statement.allows is allows:
                yield statement, statement.principals

    def _about(self, action: str) -> tuple[Statement, ...]:
        found = self._by_action.get(action)
        if found is None:
            lowered = action.lower()
            found = tuple(each for each in self.statements if each.is_about_action(lowered))
            if len(self._by_action) < _REMEMBERED_ACTIONS:
                self._by_action[action] = found
        return found


@lru_cache(maxsize=4096)
def compiled(text: str) -> Policy:
    """The policy of a document that `grammar.check` has let in."""
    document = json.loads(text)
    source = document["Statement"]
    variables = document.get("Version") == _WITH_VARIABLES
    statements = source if isinstance(source, list) else [source]
    return Policy(
        text,
        tuple(compile_statement(each, index, variables=variables) for index, each in enumerate(statements, start=1)),
    )
