"""One asynchronous request at work: its input fetched, its answer or failure stored and told, under the model's role.

docs.aws.amazon.com/sagemaker/latest/dg/async-inference-invoke-endpoint.html
docs.aws.amazon.com/sagemaker/latest/dg/async-inference-check-predictions.html
"""

from __future__ import annotations

import base64
import time
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from slipway.engine.errors import AwsError
from slipway.engine.services.sagemaker.hosting.async_requests import notification
from slipway.engine.services.sagemaker.hosting.instance import NoAnswer, Request, TooLarge
from slipway.engine.services.sagemaker.hosting.invocation_errors import of_answer, of_silence
from slipway.engine.services.sagemaker.hosting.live import Invoked, NoServer
from slipway.engine.services.sagemaker.service import role_caller
from slipway.engine.services.sagemaker.storage import Location, encryption

if TYPE_CHECKING:
    from slipway.engine.engine import Engine
    from slipway.engine.services.sagemaker.hosting.live import LiveEndpoint

MOST_BYTES = 1024**3


class RequestFailed(Exception):
    """The request is over without an answer. `metric` counts it, `reason` is told."""

    def __init__(self, metric: str, reason: str) -> None:
        super().__init__(reason)
        self.metric = metric


def is_expired(engine: Engine, waiting: dict[str, Any]) -> bool:
    """Whether the request has waited for longer than its time to live, by the engine's clock."""
    return bool(time.time() - waiting["received"] > engine.clock.real(waiting["ttl"]))


class Work:
    """One request. What it takes is counted for the variant that answered, or for the first when none did."""

    def __init__(self, engine: Engine, live: LiveEndpoint, config: dict[str, Any], waiting: dict[str, Any]) -> None:
        self._engine = engine
        self._live = live
        self._output = config["OutputConfig"]
        self._waiting = waiting
        self._observed: dict[str, float] = {}
        plan = next(iter(live.traffic.blue.plans.values()))
        self._variant, self._role = plan.name, plan.role_arn

    def run(self) -> bool:
        """Whether it is over; False when it has to be made again: no instance is ready, or the engine is ending."""
        began = time.time()
        try:
            content_type = self._answered()
        except NoServer:
            return False
        except RequestFailed as failure:
            if self._engine.stopping.is_set():
                return False
            self._fail(failure)
        else:
            self._observed["InvocationsProcessed"] = 1.0
            self._tell("SuccessTopic", notification(self._engine, self._waiting, content_type=content_type))
        received = self._waiting["received"]
        self._observed |= {"TimeInBacklog": began - received, "TotalProcessingTime": time.time() - received}
        self._live.observe(self._variant, self._observed)
        return True

    def _answered(self) -> str:
        """The content type of the answer, once that is stored."""
        if is_expired(self._engine, self._waiting):
            raise RequestFailed(
                "ExpiredRequests",
                f"ClientError: The request expired after {self._waiting['ttl']} seconds in the queue.",
            )
        began = time.perf_counter()
        body = self._input()
        fetched = time.perf_counter()
        invoked = self._invoked(body)
        answered = time.perf_counter()
        content_type = invoked.answer.headers.get("Content-Type", "application/octet-stream")
        try:
            self._put(self._waiting["output"], invoked.answer.body, content_type)
        except (ClientError, BotoCoreError, AwsError) as error:
            reason = f"ClientError: The response could not be stored at {self._waiting['output']}: {error}"
            raise RequestFailed("ResponseUploadFailures", reason) from error
        stored = time.perf_counter()
        self._observed |= {"RequestDownloadLatency": fetched - began, "ResponseUploadLatency": stored - answered}
        return content_type

    def _input(self) -> bytes:
        if "body" in self._waiting:
            return base64.b64decode(self._waiting["body"])
        at = Location.parse(self._waiting["input"])
        try:
            found = self._client("s3").get_object(Bucket=at.bucket, Key=at.key)
            if found["ContentLength"] > MOST_BYTES:
                raise RequestFailed("RequestDownloadFailures", f"ClientError: The input at {at} is larger than 1 GB.")
            body: bytes = found["Body"].read()
        except (ClientError, BotoCoreError, AwsError) as error:
            reason = f"ClientError: The input at {at} could not be read: {error}"
            raise RequestFailed("RequestDownloadFailures", reason) from error
        return body

    def _invoked(self, body: bytes) -> Invoked:
        asked = self._waiting["request"]
        headers = {
            "Content-Type": asked.get("ContentType", "application/json"),
            "Accept": asked.get("Accept", "application/json"),
        }
        if "CustomAttributes" in asked:
            headers["X-Amzn-SageMaker-Custom-Attributes"] = asked["CustomAttributes"]
        request = Request(body, headers, seconds=float(self._waiting["seconds"]))
        try:
            invoked = self._live.invoke(None, request, self._waiting["inference_id"])
        except NoAnswer as error:
            raise RequestFailed("", f"ClientError: {of_silence(error).message}") from error
        except TooLarge as error:
            raise RequestFailed("", f"ClientError: {error}") from error
        self._variant = invoked.variant
        failed = of_answer(invoked)
        if failed is not None:
            raise RequestFailed("", f"ClientError: {failed.message}")
        return invoked

    def _fail(self, failure: RequestFailed) -> None:
        reason = f"{failure} See the SageMaker Endpoint logs in your account for more information."
        self._say(str(failure))
        self._observed["InvocationFailures"] = 1.0
        if failure.metric:
            self._observed[failure.metric] = 1.0
        if "failure" in self._waiting:
            try:
                self._put(self._waiting["failure"], reason.encode(), "text/plain")
            except (ClientError, BotoCoreError, AwsError) as error:
                self._say(f"the failure could not be stored at {self._waiting['failure']}: {error}")
        self._tell("ErrorTopic", notification(self._engine, self._waiting, failure=reason))

    def _tell(self, which: str, message: str) -> None:
        topic = self._output.get("NotificationConfig", {}).get(which)
        if topic is None:
            return
        try:
            self._client("sns").publish(TopicArn=topic, Message=message)
        except (ClientError, BotoCoreError, AwsError) as error:
            self._observed["NotificationFailures"] = 1.0
            self._say(f"the notification could not be published to {topic}: {error}")

    def _put(self, uri: str, body: bytes, content_type: str) -> None:
        at = Location.parse(uri)
        self._client("s3").put_object(
            Bucket=at.bucket,
            Key=at.key,
            Body=body,
            ContentType=content_type,
            **encryption(self._output.get("KmsKeyId")),
        )

    def _client(self, service: str) -> Any:
        return role_caller(self._engine, self._role).client(service)

    def _say(self, line: str) -> None:
        """In the endpoint's `data-log`, with the request's id."""
        self._live.say(f"[sagemaker logs] [{self._waiting['inference_id']}] {line}")
