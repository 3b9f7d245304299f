"""What stands for a value in a definition: `Get`, `Std:Join`, `Std:JsonGet`.

docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps.html (Data dependency between steps)
docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-propertyfile.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from slipway.engine.services.sagemaker.pipelines import paths
from slipway.engine.services.sagemaker.pipelines.errors import refused, unparsable

EXECUTION_VARIABLES = frozenset(
    {
        *("StartDateTime", "CurrentDateTime", "PipelineName", "PipelineArn", "PipelineExecutionId"),
        *("PipelineExecutionArn", "TrainingJobName", "ProcessingJobName"),
    }
)
PROPERTY_FILES = "PropertyFiles"
_FUNCTIONS = frozenset({"Get", "Std:Join", "Std:JsonGet"})
_STEP = re.compile(r"Steps\.(?P<name>[A-Za-z0-9\-_]{1,64})(?P<path>[.\[].+)")


@dataclass(frozen=True)
class Get:
    """One reference: `root` is Parameters, Execution or Steps, `name` what of it, `path` where in a step."""

    text: str
    root: str
    name: str
    path: paths.Path = ()


class Scope(Protocol):
    """What expressions are resolved with."""

    def get(self, reference: Get) -> Any:
        """The value of a reference."""

    def read(self, uri: str) -> Any:
        """The JSON document in an S3 object."""


def is_expression(value: Any) -> bool:
    """Whether a value is worked out when its step runs."""
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)) in _FUNCTIONS


def parse_get(text: Any) -> Get:
    """The reference that `Get` makes; SageMaker's refusal for one that cannot be."""
    if not isinstance(text, str):
        raise unparsable(f"Get must be a String, and is {json.dumps(text)}.")
    root, _, name = text.partition(".")
    if root == "Loop":
        raise refused(f"Get {text}", "a loop")
    if root == "Parameters" and name:
        return Get(text, root, name)
    if root == "Execution" and name in EXECUTION_VARIABLES:
        return Get(text, root, name)
    match = _STEP.fullmatch(text)
    if match is None:
        raise unparsable(f"Unknown reference in Get: {text}.")
    try:
        return Get(text, root, match["name"], paths.parse(match["path"].removeprefix(".")))
    except ValueError:
        raise unparsable(f"Invalid property reference in Get: {text}.") from None


def references(value: Any) -> Iterator[Get]:
    """Every reference in a value, however deep; SageMaker's refusal for an expression that is none."""
    if is_expression(value):
        yield from _of_expression(*next(iter(value.items())))
    elif isinstance(value, dict):
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def _of_expression(function: str, argument: Any) -> Iterator[Get]:
    if function == "Get":
        yield parse_get(argument)
    elif function == "Std:Join":
        yield from references(_join(argument)[1])
    else:
        yield from references(_json_get(argument)[0])


def _join(argument: Any) -> tuple[str, list[Any]]:
    if (
        not isinstance(argument, dict)
        or set(argument) - {"On", "Values"}
        or not isinstance(argument.get("Values"), list)
    ):
        raise unparsable("Std:Join must have On, a String, and Values, a list.")
    on = argument.get("On", "")
    if not isinstance(on, str):
        raise unparsable("Std:Join must have On, a String, and Values, a list.")
    return on, argument["Values"]


def _json_get(argument: Any) -> tuple[Any, paths.Path]:
    """Where the document is (a property file or an S3 URI), and the path in it."""
    if not isinstance(argument, dict) or len({"PropertyFile", "S3Uri"} & set(argument)) != 1:
        raise unparsable("Std:JsonGet must have either a PropertyFile or an S3Uri, and a Path.")
    try:
        path = paths.parse_json_path(str(argument["Path"]))
    except (KeyError, ValueError):
        raise unparsable("Std:JsonGet must have a Path that is a JSON path.") from None
    if set(argument) - {"PropertyFile", "S3Uri", "Path"}:
        raise unparsable(f"Std:JsonGet has an unknown member: {', '.join(sorted(argument))}.")
    if "S3Uri" in argument:
        return argument["S3Uri"], path
    file = argument["PropertyFile"]
    if not is_expression(file) or parse_get(file.get("Get")).path[:1] != (PROPERTY_FILES,):
        raise unparsable("The PropertyFile of Std:JsonGet must be a Get of Steps.<step>.PropertyFiles.<name>.")
    return file, path


def resolve(value: Any, scope: Scope) -> Any:
    """The value with every expression worked out; LookupError names one that cannot be."""
    if is_expression(value):
        function, argument = next(iter(value.items()))
        return _resolve_expression(function, argument, scope)
    if isinstance(value, dict):
        return {key: resolve(item, scope) for key, item in value.items()}
    if isinstance(value, list):
        return [resolve(item, scope) for item in value]
    return value


def _resolve_expression(function: str, argument: Any, scope: Scope) -> Any:
    if function == "Get":
        return scope.get(parse_get(argument))
    if function == "Std:Join":
        on, values = _join(argument)
        return on.join(text_of(resolve(value, scope)) for value in values)
    where, path = _json_get(argument)
    uri = str(resolve(where, scope))
    try:
        return paths.value_at(scope.read(uri), path)
    except LookupError:
        raise LookupError(f"Invalid json path '{argument['Path']}' in {uri}") from None


def text_of(value: Any) -> str:
    """A value as Std:Join writes it."""
    return value if isinstance(value, str) else json.dumps(value)
