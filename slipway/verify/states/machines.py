"""The state machines of templates, expanded: definitions with their substitutions filled in.

docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-statemachine.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from slipway.verify.bundle import Bundle
from slipway.verify.finding import Finding
from slipway.verify.longest import Longest
from slipway.verify.source import Source

_TYPES = ("AWS::Serverless::StateMachine", "AWS::StepFunctions::StateMachine")
_SUBSTITUTION = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True)
class Machine:
    """A definition with everything in it as CloudFormation would have it; lines are those of the file."""

    template: Source
    logical_id: str
    expanded: Source


def machines(bundle: Bundle) -> Iterator[Machine | Finding]:
    """Every state machine, and a finding for each that cannot be looked at or whose substitutions do not fit."""
    longest = Longest(bundle.templates)
    for template in bundle.templates:
        for logical_id, resource in template.document.get("Resources", {}).items():
            if resource["Type"] in _TYPES:
                yield from _machine(bundle, template, logical_id, longest)


def _machine(bundle: Bundle, template: Source, logical_id: str, longest: Longest) -> Iterator[Machine | Finding]:
    properties = template.document["Resources"][logical_id]["Properties"]
    place = ("Resources", logical_id, "Properties")
    uri = properties.get("DefinitionUri")
    path = str(PurePosixPath(template.path).parent / uri) if isinstance(uri, str) else ""
    if not path or not (bundle.root / path).exists():
        message = f"{logical_id} has no DefinitionUri of a file beside its template, so that its definition is not read"
        yield Finding(template.path, template.line(place), "states-definition", message)
        return
    written = Source.read(bundle.root, path)
    given = properties.get("DefinitionSubstitutions", {})
    line = template.line((*place, "DefinitionSubstitutions"))
    named = set(_SUBSTITUTION.findall(written.text))
    for name in sorted(named - set(given)):
        yield Finding(template.path, line, "states-substitution", f"{path} names ${{{name}}}, which is not substituted")
    for name in sorted(set(given) - named):
        yield Finding(template.path, line, "states-substitution", f"{name} is substituted, and {path} does not name it")
    values = {name: str(longest.value(template.path, value)) for name, value in given.items()}
    # The engine knows resources by the ARNs of the partition aws.
    values |= {name: "aws" for name, value in given.items() if value == {"Ref": "AWS::Partition"}}
    expanded = _SUBSTITUTION.sub(lambda found: values.get(found[1], found[0]), written.text)
    yield Machine(template, logical_id, Source(path, expanded))
