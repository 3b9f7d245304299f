"""The endpoint's server: GET /ping and POST /invocations, on uvicorn; several models are asked for another way.

docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html. The port is SAGEMAKER_BIND_TO_PORT where it
is given (docs.aws.amazon.com/sagemaker/latest/dg/build-multi-model-build-container.html), else 8080; the host is
SAGEMAKER_BIND_TO_HOST, else every interface, as SageMaker needs it.
"""

from __future__ import annotations

import os

import uvicorn

from jobs import answers, multi_model, paths
from jobs.answers import Answers
from jobs.asgi import Answer, Application, Asked, predicted
from jobs.errors import RequestError


class OneModel(Application):
    """The ASGI application of one model, or of what stands before or behind it."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    async def answer(self, asked: Asked) -> Answer:
        """The predictions."""
        if asked.path != "/invocations":
            raise RequestError(f"expected /ping or /invocations, found {asked.path}", 404)
        if asked.method != "POST":
            raise RequestError(f"expected POST /invocations, found {asked.method}", 405)
        return Answer(200, *await predicted(self._answers, asked, await asked.body()), {})


def main() -> None:
    """Load the model and serve until SIGTERM; requests that are being answered are answered first."""
    several = os.environ.get(multi_model.VARIABLE) == "true"
    uvicorn.run(
        multi_model.application() if several else OneModel(answers.load(paths.model())),
        host=os.environ.get("SAGEMAKER_BIND_TO_HOST", "0.0.0.0"),  # noqa: S104 (SageMaker calls from outside)
        port=int(os.environ.get("SAGEMAKER_BIND_TO_PORT", "8080")),
        loop="uvloop",
        http="httptools",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=20,
    )
