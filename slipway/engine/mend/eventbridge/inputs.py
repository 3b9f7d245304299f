"""What a target gets of an event: all of it, a part, a constant, or a template filled in.

docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from slipway.engine import adapter

Target = dict[str, Any]

_INPUTS = ("Input", "InputPath", "InputTransformer")
_STEP = re.compile(r"\.(?P<name>[^.\[\]]+)|\[(?P<index>\d+|\*)\]|\['(?P<quoted>[^']+)'\]")
_PLACEHOLDER = re.compile(r"<([^<>]+)>")
_STRING_OR_PLACEHOLDER = re.compile(r'"(?:\\.|[^"\\])*"|<[^<>]+>')
_RESERVED = frozenset(
    {
        "aws.events.rule-arn",
        "aws.events.rule-name",
        "aws.events.event",
        "aws.events.event.json",
        "aws.events.event.ingestion-time",
    }
)
_MOST_VARIABLES = 100


def refusal(target: Target) -> str:
    """Why PutTargets does not take the target's input, empty when it does."""
    name = target.get("Id")
    given = [member for member in _INPUTS if target.get(member)]
    if len(given) > 1:
        return f"Only one of Input, InputPath, or InputTransformer must be provided for target {name}."
    if target.get("Input") and not _is_json(target["Input"]):
        return f"JSON syntax error in input for target {name}"
    if target.get("InputPath") and not is_path(target["InputPath"]):
        return f"Invalid InputPath for target {name}."
    if target.get("InputTransformer"):
        return _transformer_refusal(str(name), target["InputTransformer"])
    return ""


def _transformer_refusal(name: str, transformer: dict[str, Any]) -> str:
    paths = transformer.get("InputPathsMap") or {}
    if len(paths) > _MOST_VARIABLES:
        return f"InputPathsMap for target {name} holds more than {_MOST_VARIABLES} variables."
    reserved = sorted(variable for variable in paths if variable.startswith("AWS") or variable in _RESERVED)
    if reserved:
        return f"InputPathsMap for target {name} uses the reserved name {reserved[0]}."
    wrong = sorted(path for path in paths.values() if not is_path(path))
    if wrong:
        return f"Invalid InputPathsMap for target {name}: {wrong[0]} is no JSON path."
    template = str(transformer.get("InputTemplate", ""))
    unknown = [variable for variable in _PLACEHOLDER.findall(template) if variable not in {*paths, *_RESERVED}]
    if unknown:
        return f"InputTemplate for target {name} contains invalid placeholder {unknown[0]}."
    if not _is_template(template):
        return f"Invalid InputTemplate for target {name} : it is neither JSON nor quoted strings."
    return ""


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _is_template(template: str) -> bool:
    """Whether a template is JSON once its variables have values; text is one quoted string or more."""
    filled = _STRING_OR_PLACEHOLDER.sub(lambda match: match[0] if match[0].startswith('"') else "0", template).strip()
    decoder, at = json.JSONDecoder(strict=False), 0
    while at < len(filled):
        try:
            _, at = decoder.raw_decode(filled, at)
        except ValueError:
            return False
        at += len(filled[at:]) - len(filled[at:].lstrip())
    return bool(filled)


def is_path(path: str) -> bool:
    """Whether this is a JSON path of names, indices and wildcards, which is all that EventBridge reads."""
    return path.startswith("$") and _STEP.sub("", path[1:]) == ""


def at_path(event: Any, path: str) -> Any:
    """The part of an event at a JSON path, a list where the path has a wildcard; None when there is none."""
    found, several = [event], False
    for step in _STEP.finditer(path.removeprefix("$")):
        key = step["name"] or step["quoted"] or step["index"]
        several = several or key == "*"
        found = [part for value in found for part in _parts(value, key)]
    return found if several else found[0] if found else None


def _parts(value: Any, key: str) -> list[Any]:
    if key == "*":
        return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    if isinstance(value, dict):
        return [value[key]] if key in value else []
    if isinstance(value, list) and key.isdigit() and int(key) < len(value):
        return [value[int(key)]]
    return []


def payload(target: Target, rule: dict[str, Any], view: Any, original: str) -> str:
    """What the target gets of the event that `view` shows and `original` is the text of."""
    if target.get("InputTransformer"):
        return _transformed(target["InputTransformer"], rule, view)
    if target.get("Input"):
        return str(target["Input"])
    if target.get("InputPath"):
        return json.dumps(at_path(json.loads(original), target["InputPath"]))
    return original


def _transformed(transformer: dict[str, Any], rule: dict[str, Any], view: Any) -> str:
    """The template filled in; a variable whose path the event does not have is an empty text."""
    event = view.event_with_detail()
    paths = transformer.get("InputPathsMap") or {}
    found = {variable: at_path(event, path) for variable, path in paths.items()}
    values = {
        **{variable: "" if value is None else value for variable, value in found.items()},
        "aws.events.rule-arn": rule["Arn"],
        "aws.events.rule-name": rule["Name"],
        "aws.events.event": view.envelope(),
        "aws.events.event.json": event,
        "aws.events.event.ingestion-time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    return str(adapter.part("services.eventbridge")._render_input_template(transformer["InputTemplate"], values))
