"""The errors of the endpoint and of its model, as answers of the API.

docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html#API_runtime_InvokeEndpoint_Errors
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError, ConnectTimeoutError, HTTPClientError, ReadTimeoutError

from refusal import RequestError

# What the caller is told for each of InvokeEndpoint's errors: status, code, message.
ENDPOINT_ERRORS = {
    "ThrottlingException": (429, "Throttled", "too many requests; try again in a moment"),
    "ServiceUnavailable": (503, "Unavailable", "the endpoint is unavailable; try again in a moment"),
    "ModelNotReadyException": (503, "Unavailable", "the model is not ready yet; try again in a moment"),
    "InternalFailure": (502, "EndpointFailed", "the endpoint failed; try again in a moment"),
    "InternalDependencyException": (502, "EndpointFailed", "the endpoint failed; try again in a moment"),
    "AccessDeniedException": (500, "Misconfigured", "the API may not call its endpoint; its owner has to be told"),
}


@contextmanager
def endpoint_errors(endpoint: str) -> Iterator[None]:
    """Make errors of that endpoint answers of the API."""
    try:
        yield
    except ClientError as error:
        raise _endpoint_error(endpoint, error) from error
    except (ConnectTimeoutError, ReadTimeoutError) as error:
        raise RequestError(504, "Timeout", "the endpoint did not answer in time; send fewer rows at once") from error
    except HTTPClientError as error:
        raise RequestError(502, "EndpointFailed", "the endpoint cannot be reached; try again in a moment") from error


def _endpoint_error(endpoint: str, error: ClientError) -> RequestError:
    code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
    if code == "ModelError":
        return _model_error(dict(error.response))
    if code in ENDPOINT_ERRORS:
        return RequestError(*ENDPOINT_ERRORS[code])
    if code == "ValidationError" and message.startswith("Variant "):
        return RequestError(500, "Misconfigured", "the endpoint lacks the canary's variant; its owner has to be told")
    if code == "ValidationError" and message.startswith("Failed to download model data"):
        return RequestError(404, "NotFound", "the endpoint does not hold that model, or not any more")
    if code == "ValidationError" and "not found" in message:
        return RequestError(503, "Unavailable", f"endpoint {endpoint} is not in service")
    if code == "ValidationError":
        return RequestError(400, "InvalidFeatures", message)
    return RequestError(502, "EndpointFailed", f"the endpoint failed with {code}")


def _model_error(answer: dict[str, Any]) -> RequestError:
    """The container's own answer: what is wrong with the request goes back to the caller, what is wrong inside not."""
    status = answer.get("OriginalStatusCode", 500)
    if status == 507:  # by the contract of multi-model containers
        return RequestError(503, "Unavailable", "the endpoint has no room for that model now; try again in a moment")
    if not 400 <= status < 500:
        return RequestError(502, "ModelFailed", "the model failed on this request")
    text = answer.get("OriginalMessage", "")
    try:
        text = json.loads(text)["error"]
    except (ValueError, KeyError, TypeError):
        text = text or "the model refused the request"
    return RequestError(status, "TooLarge" if status == 413 else "InvalidFeatures", str(text))
