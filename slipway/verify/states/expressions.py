"""What an expression reads of the variables around it, and what is known of what it gives.

Fields are followed as far as they are named one after the other, `$execution.config.train`; a filter, a wildcard or a
function ends that, and what comes after is not judged. The syntax tree is that of jsonata-python.

docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from jsonata import Jsonata

from slipway.verify.states.shapes import ANY, Shape, merged

# JSONata's own and those that Step Functions adds to them, without $eval.
# fmt: off
FUNCTIONS = frozenset(
    {
        "abs", "append", "assert", "average", "base64decode", "base64encode", "boolean", "ceil", "contains",
        "count", "decodeUrl", "decodeUrlComponent", "distinct", "each", "encodeUrl", "encodeUrlComponent",
        "error", "exists", "filter", "floor", "formatBase", "formatInteger", "formatNumber", "fromMillis",
        "hash", "join", "keys", "length", "lookup", "lowercase", "map", "match", "max", "merge", "millis",
        "min", "not", "now", "number", "pad", "parse", "parseInteger", "partition", "power", "random", "range",
        "reduce", "replace", "reverse", "round", "shuffle", "sift", "single", "sort", "split", "spread", "sqrt",
        "string", "substring", "substringAfter", "substringBefore", "sum", "toMillis", "trim", "type",
        "uppercase", "uuid", "zip",
    }
)
# fmt: on

Environment = Mapping[str, Shape]


class Reading:
    """One expression among variables of known shapes: what it gives, and what it reads that is not there."""

    def __init__(self, variables: Environment) -> None:
        self._variables = variables
        self.missing: list[str] = []

    def value(self, text: str) -> Shape:
        """The shape of what the expression gives."""
        return self._visit(_parsed(text), {})

    def _visit(self, node: Any, bound: dict[str, Shape]) -> Shape:
        """The shape of a part; `bound` are the names that the expression binds itself."""
        if node.type == "path":
            return self._path(node.steps, bound)
        if node.type == "variable":
            return self._variable(node.value, bound)
        if node.type == "block":
            # Functions may call each other, and themselves, by names that they only get later.
            named = [part.lhs.value for part in node.expressions if part.type == "bind"]
            inner, last = {**bound, **dict.fromkeys(named, ANY)}, ANY
            for part in node.expressions:
                last = self._visit(part, inner)
            return last
        if node.type == "bind":
            bound[node.lhs.value] = self._visit(node.rhs, bound)
            return bound[node.lhs.value]
        if node.type == "condition":
            self._visit(node.condition, bound)
            then = self._visit(node.then, bound)
            return merged(then, self._visit(node._else, bound)) if node._else is not None else then
        if node.type == "lambda":
            self._visit(node.body, {**bound, **{each.value: ANY for each in node.arguments}})
            return ANY
        if node.type == "unary" and node.value == "{":
            return self._object(node.lhs_object, bound)
        for part in _parts(node):
            self._visit(part, bound)
        return ANY

    def _object(self, pairs: list[tuple[Any, Any]], bound: dict[str, Shape]) -> Shape:
        shape: dict[str, Shape] = {}
        for name, value in pairs:
            self._visit(name, bound)
            shape[str(name.value)] = self._visit(value, bound)
        return shape if all(name.type == "string" for name, _ in pairs) else ANY

    def _path(self, steps: list[Any], bound: dict[str, Shape]) -> Shape:
        first, *rest = steps
        shape, named = self._visit(first, bound) if first.type != "name" else ANY, f"${first.value}"
        for part in _stages(first):
            self._visit(part, bound)
        followed = first.type == "variable" and not _stages(first)
        for step in rest:
            followed = followed and step.type == "name"
            if not followed:
                # Names in here are of what the step stands on, not of a variable.
                shape = self._visit(step, bound) if step.type != "name" else ANY
            elif shape is not None and step.value not in shape:
                self.missing.append(f"{named}.{step.value}")
                return ANY
            else:
                shape, named = shape[step.value] if shape is not None else ANY, f"{named}.{step.value}"
            for part in _stages(step):
                self._visit(part, bound)
                followed = False
        return shape if followed else ANY

    def _variable(self, name: str, bound: dict[str, Shape]) -> Shape:
        if name in bound:
            return bound[name]
        if name in self._variables:
            return self._variables[name]
        # `$` and `$$` are the context, which Step Functions has none of; functions are values too.
        if name not in ("", "$") and name not in FUNCTIONS:
            self.missing.append(f"${name}")
        return ANY


@cache
def _parsed(text: str) -> Any:
    return Jsonata(text).ast


def _stages(step: Any) -> list[Any]:
    """What is in the brackets after a step: filters and indices."""
    stages = [*(getattr(step, "stages", None) or []), *(getattr(step, "predicate", None) or [])]
    return [each.expr if each.type == "filter" else each for each in stages]


def _parts(node: Any) -> Iterator[Any]:
    """The parts of a node that only matters for what is in it."""
    for name, value in vars(node).items():
        if name.startswith("_outer"):
            continue
        for each in value if isinstance(value, list | tuple) else [value]:
            if isinstance(each, list | tuple):
                yield from (inner for inner in each if hasattr(inner, "type"))
            elif hasattr(each, "type") and each.type is not None:
                yield each
