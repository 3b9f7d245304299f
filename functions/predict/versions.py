"""deploy.mode multi-model: a request may name a version of the model, and the answer says which one gave it.

docs.aws.amazon.com/sagemaker/latest/dg/invoke-multi-model-endpoint.html
"""

from __future__ import annotations

import os
from typing import Any

from exchange import header
from refusal import RequestError

# Versions of the model that the endpoint holds, the champion first; empty in the other modes.
VERSIONS = list(filter(None, os.environ.get("MODEL_VERSIONS", "").split(",")))
# Named by the request, and in the answer.
MODEL = "X-Model"
# The object that stands for whichever version the endpoint's deployment has as the champion, so that a canary's
# instances answer by the new one and the others by the old.
CHAMPION = "champion.tar.gz"


def target(event: dict[str, Any]) -> dict[str, str]:
    """What InvokeEndpoint is told: the version that the request names, or the champion; 404 without such a version."""
    wanted = header(event, MODEL.lower())
    if not VERSIONS:
        # A GET is answered to others from the cache, which does not know this header: it is left out there.
        if wanted and event.get("httpMethod") != "GET":
            raise RequestError(400, "OneModel", f"{MODEL} names a version, but this API has one; leave it out")
        return {}
    if wanted and wanted not in VERSIONS:
        raise missing(wanted)
    return {"TargetModel": f"{wanted}.tar.gz" if wanted else CHAMPION}


def missing(wanted: str) -> RequestError:
    """There is no such version."""
    champion, *others = VERSIONS
    listed = ", ".join([f"{champion} (the champion)", *others])
    return RequestError(404, "NotFound", f"there is no model {wanted[:40]!r} here; {MODEL} may be {listed}")


def answered(answer: dict[str, Any]) -> dict[str, str]:
    """The header that names the version that answered, which its container told; none in the other modes."""
    return {MODEL: answer["CustomAttributes"]} if VERSIONS and "CustomAttributes" in answer else {}
