"""The service, its records, and what every operation checks.

docs.aws.amazon.com/autoscaling/application/APIReference/Welcome.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from slipway.engine.errors import AwsError
from slipway.engine.service import Call, Service

if TYPE_CHECKING:
    from slipway.engine.engine import Engine
    from slipway.engine.store import Table

SERVICE = Service("application-autoscaling")
NAMESPACE = "sagemaker"
DIMENSION = "sagemaker:variant:DesiredInstanceCount"
PAGE = 50
_RESOURCE = re.compile(r"endpoint/([A-Za-z0-9-]{1,63})/variant/([A-Za-z0-9-]{1,63})")

Record = dict[str, Any]


def targets(engine: Engine) -> Table:
    """Scalable targets by resource id."""
    return engine.store(SERVICE.name).table("targets")


def policies(engine: Engine) -> Table:
    """Scaling policies by `<resource id>|<policy name>`."""
    return engine.store(SERVICE.name).table("policies")


def activities(engine: Engine) -> Table:
    """Scaling activities by id."""
    return engine.store(SERVICE.name).table("activities")


def invalid(message: str) -> AwsError:
    """ValidationException."""
    return AwsError("ValidationException", message, status=400)


def check_names(params: Record) -> None:
    """Refuse another namespace or dimension by name, and a resource id of another form."""
    namespace = params.get("ServiceNamespace")
    if namespace != NAMESPACE:
        raise invalid(f"ServiceNamespace {namespace} is not executed here: {NAMESPACE} is")
    dimension = params.get("ScalableDimension", DIMENSION)
    if dimension != DIMENSION:
        raise invalid(f"ScalableDimension {dimension} is not executed here: {DIMENSION} is")
    resource = params.get("ResourceId")
    if resource is not None and not _RESOURCE.fullmatch(resource):
        raise invalid(f"Unsupported resource ID, {resource}: expected endpoint/<endpoint name>/variant/<variant name>")


def endpoint_and_variant(resource_id: str) -> tuple[str, str]:
    """The two names in `endpoint/<endpoint>/variant/<variant>`."""
    _, endpoint, _, variant = resource_id.split("/")
    return endpoint, variant


def find_target(call: Call) -> Record:
    """The target that a request names; ObjectNotFoundException."""
    record = targets(call.engine).get(call.params["ResourceId"])
    if record is None:
        text = (
            f"No scalable target found for service namespace: {NAMESPACE}, resource ID: {call.params['ResourceId']}, "
            f"scalable dimension: {DIMENSION}"
        )
        raise AwsError("ObjectNotFoundException", text, status=400)
    return record


def target_arn(call: Call) -> str:
    """The ARN for the authorization check: the target's own once it is registered."""
    record = targets(call.engine).get(call.params.get("ResourceId", ""))
    return str(record["ScalableTargetARN"]) if record else call.arn("scalable-target/*")


def context(call: Call) -> dict[str, Any]:
    """The service's condition keys."""
    return {
        "application-autoscaling:service-namespace": call.params.get("ServiceNamespace", ""),
        "application-autoscaling:scalable-dimension": call.params.get("ScalableDimension", ""),
    }


def page(records: list[Record], params: Record, member: str) -> Record:
    """One page of a list; the token is the position."""
    size = int(params.get("MaxResults", PAGE))
    token = params.get("NextToken", "0")
    if not token.isdigit():
        raise AwsError("InvalidNextTokenException", f"The next token {token} is not valid", status=400)
    start = int(token)
    rest = {"NextToken": str(start + size)} if start + size < len(records) else {}
    return {member: records[start : start + size], **rest}
