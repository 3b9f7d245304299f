"""What a request and an answer say around the rows: their types, the variant that answered, and who may read it.

The answer is JSON unless the caller prefers CSV; an error is always JSON. CORS headers are for the origins of the
configuration only: the browser of any other page gets the answer without them, and does not hand it over.
https://developer.mozilla.org/docs/Web/HTTP/Guides/CORS
docs.aws.amazon.com/apigateway/latest/developerguide/how-to-cors.html
"""

from __future__ import annotations

import csv
import io
import json
import os
from typing import Any

CSV = "text/csv"
JSON = "application/json"
# The variant of the endpoint that answered, which a browser may read too.
VARIANT = "X-Variant"
# The id under which the endpoint keeps the exchange, where it captures data: what came true is told by it later.
INFERENCE_ID = "X-Inference-Id"
EXPOSED = f"{VARIANT},X-Model,{INFERENCE_ID},X-Amzn-RequestId"
ORIGINS = frozenset(filter(None, os.environ.get("CORS_ALLOW_ORIGINS", "").split(",")))

Event = dict[str, Any]


def header(event: Event, name: str) -> str:
    """A header of the request, empty without one; API Gateway passes names as the client wrote them."""
    headers = event.get("headers") or {}
    return next((str(value) for key, value in headers.items() if key.lower() == name), "")


def is_csv(event: Event) -> bool:
    """Whether the request's body is CSV."""
    return header(event, "content-type").partition(";")[0].strip().lower() == CSV


def canary_variant(event: Event) -> dict[str, str]:
    """What InvokeEndpoint is told of the variant that the API's canary calls, nothing for the other requests."""
    variant = (event.get("stageVariables") or {}).get("targetVariant")
    return {"TargetVariant": str(variant)} if variant else {}


def answer_type(event: Event) -> str:
    """CSV when the caller prefers it, else JSON.

    https://www.rfc-editor.org/rfc/rfc9110#name-accept
    """
    weights = {kind: weight for kind, weight in map(_weighed, header(event, "accept").split(",")) if kind}
    other = weights.get("*/*", 0.0)
    csv_weight = weights.get(CSV, weights.get("text/*", other))
    return CSV if csv_weight > weights.get(JSON, weights.get("application/*", other)) else JSON


def _weighed(item: str) -> tuple[str, float]:
    """A type of an Accept header and its weight; one that is no number counts for nothing."""
    kind, *parameters = (part.strip().lower() for part in item.split(";"))
    weights = [parameter.removeprefix("q=") for parameter in parameters if parameter.startswith("q=")]
    try:
        return kind, float(weights[0]) if weights else 1.0
    except ValueError:
        return kind, 0.0


def as_csv(predictions: str) -> str:
    """The endpoint's `{"predictions": [{"label", "score"}, …]}` as lines `label,score` without a header (RFC 4180)."""
    text = io.StringIO()
    rows = json.loads(predictions)["predictions"]
    csv.writer(text).writerows((row["label"], row["score"]) for row in rows)
    return text.getvalue()


def cors_headers(event: Event) -> dict[str, str]:
    """The headers that let the page that asks read the answer; none for a page that may not."""
    if not ORIGINS:
        return {}
    if "*" in ORIGINS:
        return {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": EXPOSED}
    origin = header(event, "origin")
    if origin not in ORIGINS:
        return {"Vary": "Origin"}
    return {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": EXPOSED, "Vary": "Origin"}
