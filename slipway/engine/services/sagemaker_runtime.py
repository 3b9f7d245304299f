"""The SageMaker runtime: InvokeEndpoint, straight through to an endpoint's server process.

It shares the table of live endpoints with `sagemaker`, whose data plane it is.
docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
"""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING, Any

from slipway.engine.errors import AwsError
from slipway.engine.service import Call, Service
from slipway.engine.services.sagemaker.hosting.connections import Answer
from slipway.engine.services.sagemaker.hosting.live import Invoked, LiveEndpoint, NoServer, NoVariant, hosting
from slipway.engine.services.sagemaker.refusal import accept_only

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

SERVICE = Service("sagemaker-runtime", iam="sagemaker")
MOST_BYTES = 6291456
_CUSTOM_ATTRIBUTES = "X-Amzn-SageMaker-Custom-Attributes"
_ACCEPTED = ("EndpointName", "Body", "ContentType", "Accept", "CustomAttributes", "TargetVariant", "InferenceId")
_TIMED_OUT = (
    "Your invocation timed out while waiting for a response from container primary. Review the latency metrics for "
    "each container in Amazon CloudWatch, resolve the issue, and try again."
)


@SERVICE.operation(
    "InvokeEndpoint",
    resource=lambda call: call.engine.arn("sagemaker", f"endpoint/{call.params['EndpointName']}"),
    context=lambda call: {"sagemaker:TargetModel": call.params["TargetModel"]} if "TargetModel" in call.params else {},
)
def invoke_endpoint(call: Call) -> dict[str, Any]:
    """Send the body to an instance and its answer back."""
    params = call.params
    accept_only("InvokeEndpoint", params, _ACCEPTED)
    body: bytes = params.get("Body", b"")
    if len(body) > MOST_BYTES:
        raise AwsError("413", f"HTTP content length exceeded {MOST_BYTES} bytes.", status=413)
    endpoint = hosting(call.engine).get(params["EndpointName"])
    if endpoint is None:
        raise _not_found(call)
    return _answered(call.engine, endpoint.name, _invoke(call, endpoint, body))


def _invoke(call: Call, endpoint: LiveEndpoint, body: bytes) -> Invoked:
    params = call.params
    try:
        return endpoint.invoke(params.get("TargetVariant"), body, _headers(params), params.get("InferenceId"))
    except NoVariant:
        message = f"Variant {params['TargetVariant']} of endpoint {endpoint.name} of account {call.account} not found."
        raise AwsError("ValidationError", message, status=400) from None
    except NoServer:
        message = f"Endpoint {endpoint.name} has no instance in service at the moment; try again."
        raise AwsError("ServiceUnavailable", message, status=503) from None
    except TimeoutError:
        raise _model_error(call.engine, endpoint.name, _log_group(endpoint), 0, _TIMED_OUT) from None
    except (OSError, http.client.HTTPException) as error:
        message = f"the connection to the container was lost: {error!r}"
        raise _model_error(call.engine, endpoint.name, _log_group(endpoint), 0, message) from None


def _log_group(endpoint: LiveEndpoint) -> str:
    return endpoint.traffic.blue.log_group


def _headers(params: dict[str, Any]) -> dict[str, str]:
    headers = {
        "Content-Type": params.get("ContentType", "application/json"),
        "Accept": params.get("Accept", "application/json"),
    }
    if "CustomAttributes" in params:
        headers[_CUSTOM_ATTRIBUTES] = params["CustomAttributes"]
    return headers


def _answered(engine: Engine, endpoint: str, invoked: Invoked) -> dict[str, Any]:
    answer = invoked.answer
    if not http.client.OK <= answer.status < http.client.MULTIPLE_CHOICES:
        text = answer.body.decode("utf-8", "replace")
        raise _model_error(engine, endpoint, invoked.log_group, answer.status, text)
    return {
        "Body": answer.body,
        "ContentType": answer.headers.get("Content-Type", "application/octet-stream"),
        "InvokedProductionVariant": invoked.variant,
        **_custom_attributes(answer),
    }


def _custom_attributes(answer: Answer) -> dict[str, str]:
    value = answer.headers.get(_CUSTOM_ATTRIBUTES)
    return {} if value is None else {"CustomAttributes": value}


def _not_found(call: Call) -> AwsError:
    message = f"Endpoint {call.params['EndpointName']} of account {call.account} not found."
    return AwsError("ValidationError", message, status=400)


def _model_error(engine: Engine, endpoint: str, log_group: str, status: int, text: str) -> AwsError:
    """What the container answered other than success, as SageMaker reports it: HTTP 424."""
    side = "client" if 400 <= status < 500 else "server"
    console = f"https://{engine.region}.console.aws.amazon.com/cloudwatch/home?region={engine.region}"
    stream = f"arn:aws:logs:{engine.region}:{engine.account}:log-group:{log_group}"
    return AwsError(
        "ModelError",
        f'Received {side} error ({status}) from primary with message "{text}". See '
        f"{console}#logEventViewer:group=/aws/sagemaker/Endpoints/{endpoint} in account {engine.account} for more "
        "information.",
        status=424,
        OriginalStatusCode=status,
        OriginalMessage=text,
        LogStreamArn=stream,
    )
