"""The SageMaker runtime: InvokeEndpoint, straight through to an endpoint's server process.

It shares the table of live endpoints with `sagemaker`, whose data plane it is.
docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slipway.engine.errors import AwsError
from slipway.engine.service import Call, Service
from slipway.engine.services.sagemaker.hosting import async_requests, serverless
from slipway.engine.services.sagemaker.hosting.all_endpoints import hosting
from slipway.engine.services.sagemaker.hosting.connections import Answer
from slipway.engine.services.sagemaker.hosting.instance import BadTarget, NoAnswer, Request, TooLarge
from slipway.engine.services.sagemaker.hosting.invocation_errors import Failed, of_answer, of_silence
from slipway.engine.services.sagemaker.hosting.live import Invoked, LiveEndpoint, NoServer, NoVariant
from slipway.engine.services.sagemaker.hosting.model_files import ModelNotThere
from slipway.engine.services.sagemaker.hosting.multi_model import ModelNotReady
from slipway.engine.services.sagemaker.refusal import accept_only

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

SERVICE = Service("sagemaker-runtime", iam="sagemaker")
MOST_BYTES = 6291456
_CUSTOM_ATTRIBUTES = "X-Amzn-SageMaker-Custom-Attributes"
_ACCEPTED = (
    "EndpointName",
    "Body",
    "ContentType",
    "Accept",
    "CustomAttributes",
    "TargetVariant",
    "TargetContainerHostname",
    "TargetModel",
    "InferenceId",
)
_CONDITIONS = {"TargetModel": "sagemaker:TargetModel", "TargetContainerHostname": "sagemaker:TargetContainerHostname"}


@SERVICE.operation(
    "InvokeEndpoint",
    resource=lambda call: call.engine.arn("sagemaker", f"endpoint/{call.params['EndpointName']}"),
    context=lambda call: {key: call.params[member] for member, key in _CONDITIONS.items() if member in call.params},
)
def invoke_endpoint(call: Call) -> dict[str, Any]:
    """Send the body to an instance and its answer back."""
    params = call.params
    accept_only("InvokeEndpoint", params, _ACCEPTED)
    body: bytes = params.get("Body", b"")
    endpoint = hosting(call.engine).get(params["EndpointName"])
    most = serverless.MOST_BYTES if endpoint is not None and endpoint.is_serverless else MOST_BYTES
    if len(body) > most:
        raise AwsError("413", f"HTTP content length exceeded {most} bytes.", status=413)
    if endpoint is None:
        raise _not_found(call)
    if endpoint.backlog is not None:
        message = f"Endpoint {endpoint.name} is asynchronous and takes InvokeEndpointAsync only"
        raise AwsError("ValidationError", message, status=400)
    return _answered(call.engine, endpoint.name, _invoke(call, endpoint, body))


@SERVICE.operation(
    "InvokeEndpointAsync",
    resource=lambda call: call.engine.arn("sagemaker", f"endpoint/{call.params['EndpointName']}"),
)
def invoke_endpoint_async(call: Call) -> dict[str, Any]:
    """Queue a request whose input is in S3, or given.

    docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointAsync.html
    """
    accept_only("InvokeEndpointAsync", call.params, async_requests.ACCEPTED)
    endpoint = hosting(call.engine).get(call.params["EndpointName"])
    if endpoint is None:
        raise _not_found(call)
    if endpoint.backlog is None:
        message = f"Endpoint {endpoint.name} is not asynchronous: its configuration has no AsyncInferenceConfig"
        raise AwsError("ValidationError", message, status=400)
    waiting = async_requests.request(call.params, endpoint.backlog.config)
    endpoint.backlog.put(waiting)
    return async_requests.accepted(waiting)


def _invoke(call: Call, endpoint: LiveEndpoint, body: bytes) -> Invoked:
    params, log_group = call.params, endpoint.traffic.blue.log_group
    request = Request(body, _headers(params), params.get("TargetContainerHostname"), params.get("TargetModel"))
    try:
        return endpoint.invoke(params.get("TargetVariant"), request, params.get("InferenceId"))
    except NoVariant:
        message = f"Variant {params['TargetVariant']} of endpoint {endpoint.name} of account {call.account} not found."
        raise AwsError("ValidationError", message, status=400) from None
    except BadTarget as reason:
        raise AwsError("ValidationError", f"Endpoint {endpoint.name} {reason}", status=400) from None
    except ModelNotThere as reason:
        raise AwsError("ValidationError", str(reason), status=400) from None
    except ModelNotReady:
        message = f"Model {params['TargetModel']} of endpoint {endpoint.name} is still being loaded; try again."
        raise AwsError("ModelNotReadyException", message, status=429) from None
    except serverless.Throttled:
        message = f"Endpoint {endpoint.name} has as many invocations under way as its MaxConcurrency allows"
        raise AwsError("ThrottlingException", message, status=400) from None
    except NoServer:
        message = f"Endpoint {endpoint.name} has no instance in service at the moment; try again."
        raise AwsError("ServiceUnavailable", message, status=503) from None
    except TooLarge as reason:
        message = f"{reason} See {_console(call.engine, endpoint.name)}"
        raise AwsError("ModelError", message, status=424, OriginalStatusCode=200, OriginalMessage=str(reason)) from None
    except NoAnswer as error:
        raise _model_error(call.engine, endpoint.name, log_group, of_silence(error)) from None


def _headers(params: dict[str, Any]) -> dict[str, str]:
    headers = {
        "Content-Type": params.get("ContentType", "application/json"),
        "Accept": params.get("Accept", "*/*"),  # the container decides: SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT
    }
    if "CustomAttributes" in params:
        headers[_CUSTOM_ATTRIBUTES] = params["CustomAttributes"]
    return headers


def _answered(engine: Engine, endpoint: str, invoked: Invoked) -> dict[str, Any]:
    answer = invoked.answer
    failed = of_answer(invoked)
    if failed is not None:
        raise _model_error(engine, endpoint, invoked.log_group, failed)
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


def _model_error(engine: Engine, endpoint: str, log_group: str, failed: Failed) -> AwsError:
    """What the container answered other than success, as SageMaker reports it: HTTP 424."""
    return AwsError(
        "ModelError",
        f"{failed.message} See {_console(engine, endpoint)}",
        status=424,
        OriginalStatusCode=failed.status,
        OriginalMessage=failed.text,
        LogStreamArn=f"arn:aws:logs:{engine.region}:{engine.account}:log-group:{log_group}",
    )


def _console(engine: Engine, endpoint: str) -> str:
    console = f"https://{engine.region}.console.aws.amazon.com/cloudwatch/home?region={engine.region}"
    return (
        f"{console}#logEventViewer:group=/aws/sagemaker/Endpoints/{endpoint} in account {engine.account} for more "
        "information."
    )
