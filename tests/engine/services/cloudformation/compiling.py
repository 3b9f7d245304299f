"""Templates compiled without an engine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from slipway.engine.services.cloudformation.template.compiled import Compiled, Setting, compile_template
from slipway.engine.services.cloudformation.template.functions import resolve
from slipway.engine.services.cloudformation.template.parameters import Given
from slipway.engine.services.cloudformation.template.scope import Scope

QUEUE = {"Type": "AWS::SQS::Queue"}
_PSEUDO = {
    "AWS::AccountId": "111122223333",
    "AWS::NotificationARNs": [],
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
    "AWS::StackId": "arn:aws:cloudformation:eu-west-1:111122223333:stack/mine/1",
    "AWS::StackName": "mine",
    "AWS::URLSuffix": "amazonaws.com",
}


def compiled(template: Any, stored: Mapping[str, str] | None = None, **options: Any) -> Compiled:
    """The template, compiled; `stored` is what the Parameter Store holds, `snippets` what lies in S3."""
    given = [Given(name, value) for name, value in options.pop("given", {}).items()]
    snippets = options.pop("snippets", {})
    setting = Setting(
        pseudo=_PSEUDO,
        scope=Scope(region="eu-west-1", **options.pop("scope", {})),
        read_parameters=lambda names: {name: (stored or {})[name] for name in names if name in (stored or {})},
        fetch=lambda location: snippets[location],
        given=given,
        **options,
    )
    return compile_template(template if isinstance(template, str) else json.dumps(template), setting)


def value(expression: Any, sections: Mapping[str, Any] | None = None, **options: Any) -> Any:
    """What an expression resolves to before anything is made."""
    found = compiled({"Resources": {"Queue": QUEUE, "Other": QUEUE}, **(sections or {})}, **options)
    return resolve(expression, found.scope)
