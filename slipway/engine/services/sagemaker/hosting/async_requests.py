"""An asynchronous request: as it is asked for, as it waits on disk, and as it is told when it is over.

docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointAsync.html
docs.aws.amazon.com/sagemaker/latest/dg/async-inference-check-predictions.html
"""

from __future__ import annotations

import base64
import json
import time
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from slipway.engine.errors import AwsError
from slipway.engine.services.sagemaker.storage import Location

if TYPE_CHECKING:
    from slipway.engine.engine import Engine

ACCEPTED = (
    "EndpointName",
    "ContentType",
    "Accept",
    "CustomAttributes",
    "InferenceId",
    "InputLocation",
    "Body",
    "S3OutputPathExtension",
    "Filename",
    "RequestTTLSeconds",
    "InvocationTimeoutSeconds",
)
_TTL_SECONDS = 21600
_TIMEOUT_SECONDS = 900


def request(params: dict[str, Any], config: dict[str, Any]) -> dict[str, Any]:
    """What waits in the queue: the request, and where its result goes."""
    if ("InputLocation" in params) == ("Body" in params):
        raise AwsError("ValidationError", "Exactly one of InputLocation and Body must be given", status=400)
    if "InputLocation" in params:
        Location.parse(params["InputLocation"])
    inference_id = params.get("InferenceId") or str(uuid.uuid4())
    filename = params.get("Filename", f"{inference_id}.out")
    folders = [params["S3OutputPathExtension"].strip("/")] if "S3OutputPathExtension" in params else []
    output = config["OutputConfig"]
    waiting = {
        "endpoint": params["EndpointName"],
        "inference_id": inference_id,
        "received": time.time(),
        "seconds": params.get("InvocationTimeoutSeconds", _TIMEOUT_SECONDS),
        "ttl": params.get("RequestTTLSeconds", _TTL_SECONDS),
        "output": str(Location.parse(output["S3OutputPath"]).below(*folders, filename)),
        "request": {key: params[key] for key in ("Accept", "ContentType", "CustomAttributes") if key in params},
    }
    if "S3FailurePath" in output:
        failed = f"{filename.removesuffix('.out')}-error.out"
        waiting["failure"] = str(Location.parse(output["S3FailurePath"]).below(*folders, failed))
    if "Body" in params:
        return {**waiting, "body": base64.b64encode(params["Body"]).decode()}
    return {**waiting, "input": params["InputLocation"]}


def accepted(waiting: dict[str, Any]) -> dict[str, Any]:
    """The operation's answer."""
    failure = {"FailureLocation": waiting["failure"]} if "failure" in waiting else {}
    return {"InferenceId": waiting["inference_id"], "OutputLocation": waiting["output"], **failure}


def trial_notification() -> str:
    """What a topic gets when an endpoint is made.

    docs.aws.amazon.com/sagemaker/latest/dg/async-inference-create-endpoint.html
    """
    return json.dumps({"eventVersion": "1.0", "eventSource": "aws:sagemaker", "eventName": "TestNotification"})


def notification(engine: Engine, waiting: dict[str, Any], *, content_type: str = "", failure: str = "") -> str:
    """What the topic for successes gets, or the one for errors when there is a `failure`."""
    names = {"Accept": "accept", "ContentType": "contentType", "CustomAttributes": "customAttributes"}
    parameters = {names[key]: value for key, value in waiting["request"].items()}
    location = {"inputLocation": waiting["input"]} if "input" in waiting else {}
    response = {"contentType": content_type, "outputLocation": waiting["output"]}
    return json.dumps(
        {
            "awsRegion": engine.region,
            "eventTime": _written(time.time()),
            "receivedTime": _written(waiting["received"]),
            "invocationStatus": "Failed" if failure else "Completed",
            **({"failureReason": failure} if failure else {}),
            "requestParameters": {**parameters, "endpointName": waiting["endpoint"], **location},
            **({} if failure else {"responseParameters": response}),
            "inferenceId": waiting["inference_id"],
            "eventVersion": "1.0",
            "eventSource": "aws:sagemaker",
            "eventName": "InferenceResult",
        }
    )


def _written(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
