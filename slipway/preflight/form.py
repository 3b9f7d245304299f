"""The form's parameters: whether the root template has them, and takes their values.

docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.template.document import parse
from slipway.engine.services.cloudformation.template.parameters import Given, Parameter, parameters_of
from slipway.engine.services.cloudformation.template.rules import check_rules
from slipway.engine.services.cloudformation.template.scope import Scope
from slipway.preflight.finding import Finding, Launch, failed, ok


def parameters(asked: Launch) -> Iterator[Finding]:
    """What CloudFormation would refuse of them, in its words."""
    given = asked.parameters
    try:
        _values(asked.settings.templates()["template.yaml"], given)
    except TemplateError as error:
        remedy = "correct `-p NAME=VALUE`; template.yaml has the parameters, what each takes, and what goes together"
        yield failed("parameters", str(error), remedy)
    else:
        said = ", ".join(f"{name}={value}" for name, value in given.items())
        yield ok("parameters", said or "as the form has them")


def _values(template: str, given: Mapping[str, str]) -> None:
    document = parse(template)
    values: Mapping[str, Parameter] = parameters_of(
        document.get("Parameters") or {},
        [Given(name, value) for name, value in given.items()],
        previous={},
        read=lambda names: dict.fromkeys(names, ""),
    )
    scope = Scope({name: value.reference for name, value in values.items()})
    check_rules(document.get("Rules") or {}, scope)
