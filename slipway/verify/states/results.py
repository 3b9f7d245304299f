"""What a task answers, as far as its API's model says: the fields of the output of an AWS SDK integration.

Names begin with a capital there, whatever the API's own do:
docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html. Of what an optimized integration answers
nothing is known here.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.session
from botocore.model import ServiceModel

from slipway.engine import integrations
from slipway.verify.states.shapes import ANY, Shape

_SDK = ":::aws-sdk:"
# Deeper than any state reads, so that a shape that has itself for a member comes to an end.
_DEEPEST = 6


@cache
def result(resource: str) -> Shape:
    """The shape of what a task's resource answers."""
    if _SDK not in resource or resource.endswith((".waitForTaskToken", ".sync", ".sync:2")):
        return ANY
    service, operation = integrations.operation_of(resource)
    output = _model(service).operation_model(operation).output_shape
    return _fields(output, _DEEPEST) if output is not None else {}


@cache
def _model(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)


def _fields(shape: Any, depth: int) -> Shape:
    if shape.type_name != "structure" or getattr(shape, "is_document_type", False) or depth == 0:
        return ANY
    return {f"{name[0].upper()}{name[1:]}": _fields(member, depth - 1) for name, member in shape.members.items()}
