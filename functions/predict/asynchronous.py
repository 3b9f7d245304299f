"""deploy.mode async: a request is kept in S3 and queued, its answer is asked for by its id.

docs.aws.amazon.com/sagemaker/latest/dg/async-inference-invoke-endpoint.html
docs.aws.amazon.com/sagemaker/latest/dg/async-inference-check-predictions.html
"""

from __future__ import annotations

import json
import os
import re
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

from refusal import RequestError

# s3://bucket/prefix of requests and answers; empty in the other modes, which need no client of S3.
PLACE = os.environ.get("ASYNC_URI", "")
BUCKET, _, PREFIX = PLACE.removeprefix("s3://").partition("/")
S3: Any = (
    botocore.session.get_session().create_client(
        "s3", config=Config(connect_timeout=1, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2})
    )
    if PLACE
    else None
)
JSON = "application/json"
_ID = re.compile(r"[0-9a-f-]{36}")


def submit(client: Any, endpoint: str, body: bytes, inference_id: str) -> None:
    """Queue a request. Where its answer will be is kept, since SageMaker names that itself."""
    key = f"{PREFIX}/input/{inference_id}.json"
    S3.put_object(Bucket=BUCKET, Key=key, Body=body, ContentType=JSON)
    answer = client.invoke_endpoint_async(
        EndpointName=endpoint,
        ContentType=JSON,
        Accept=JSON,
        InputLocation=f"s3://{BUCKET}/{key}",
        InferenceId=inference_id,
    )
    places = {"output": answer["OutputLocation"], "failure": answer["FailureLocation"]}
    S3.put_object(Bucket=BUCKET, Key=_places(inference_id), Body=json.dumps(places).encode(), ContentType=JSON)


def result(inference_id: str) -> str | None:
    """The endpoint's answer, None as long as there is none; RequestError when there will be none."""
    kept = _read(f"s3://{BUCKET}/{_places(inference_id)}") if _ID.fullmatch(inference_id) else None
    if kept is None:
        raise RequestError(404, "NotFound", f"there is no request {inference_id}")
    places = json.loads(kept)
    failure = _read(places["failure"])
    if failure is None:
        return _read(places["output"])
    print(json.dumps({"request": inference_id, "failure": failure}))
    raise RequestError(502, "ModelFailed", "the model failed on this request, or refused it; the API's log has why")


def _places(inference_id: str) -> str:
    return f"{PREFIX}/requests/{inference_id}.json"


def _read(uri: str) -> str | None:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    try:
        return str(S3.get_object(Bucket=bucket, Key=key)["Body"].read().decode())
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchKey":
            raise
        return None
