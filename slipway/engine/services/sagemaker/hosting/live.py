"""An endpoint in this process."""

from __future__ import annotations

import http.client
import random
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slipway.engine.services.sagemaker.hosting.capture import Capture, Exchange
from slipway.engine.services.sagemaker.hosting.connections import Answer
from slipway.engine.services.sagemaker.hosting.deployment import Deployment
from slipway.engine.services.sagemaker.hosting.instance import Answered, BadTarget, Instance, Request
from slipway.engine.services.sagemaker.hosting.metrics import NOT_ASYNCHRONOUS, VariantMetrics
from slipway.engine.services.sagemaker.hosting.model_files import ModelNotThere
from slipway.engine.services.sagemaker.hosting.multi_model import ModelNotReady

if TYPE_CHECKING:
    from slipway.engine.engine import Engine
    from slipway.engine.services.sagemaker.hosting.backlog import Backlog

_CHOICES = 20
_CHOICE_PAUSE = 0.05


class NoServer(Exception):
    """No instance of the chosen variant takes requests at the moment."""


class NoVariant(Exception):
    """The target variant is not one of the endpoint's."""


@dataclass(frozen=True)
class Traffic:
    """Who gets the requests: green its share (0 to 1), blue the rest."""

    blue: Deployment
    green: Deployment | None = None
    green_share: float = 0.0

    def choose(self) -> Deployment:
        """The deployment for one request."""
        if self.green is None:
            return self.blue
        toss = random.random()  # noqa: S311 - traffic, not secrets
        return self.green if toss < self.green_share else self.blue

    def instances(self, variant: str) -> int:
        """Instances of a variant that take requests."""
        green = self.green.count(variant) if self.green is not None and self.green_share else 0
        return green + (self.blue.count(variant) if self.green_share < 1 else 0)


@dataclass(frozen=True)
class Invoked:
    """An answer, and the variant and the container that gave it."""

    answer: Answer
    variant: str
    container: str
    log_group: str


class LiveEndpoint:
    """Takes requests. `traffic` is replaced as a whole, so that a request sees one state of it.

    `backlog` is there when its requests are asynchronous.
    """

    def __init__(self, engine: Engine, name: str, deployment: Deployment) -> None:
        self.name = name
        self.traffic = Traffic(deployment)
        self.capture: Capture | None = None
        self.backlog: Backlog | None = None
        self._engine = engine
        self._metrics: dict[str, VariantMetrics] = {}
        self._metrics_lock = threading.Lock()

    @property
    def is_serverless(self) -> bool:
        """Whether its instances come and go with the requests."""
        return any(plan.serverless for plan in self.traffic.blue.plans.values())

    @property
    def instances(self) -> int:
        """How many instances take requests."""
        return sum(self.traffic.instances(name) for name in self.traffic.blue.plans)

    def observe(self, variant: str, observed: dict[str, float]) -> None:
        """Count what was observed about a request to `variant`; times in seconds."""
        self._counter(variant).count_more({}, observed)

    def set_capture(self, config: dict[str, Any] | None) -> None:
        """Capture as `config` says from now on; what was captured before is written."""
        before = self.capture
        wanted = config is not None and config.get("EnableCapture", True)
        self.capture = Capture(self._engine, self.name, config) if config is not None and wanted else None
        if before is not None:
            before.flush()

    def invoke(self, target: str | None, request: Request, inference_id: str | None) -> Invoked:
        """Send one request to an instance and count it.

        NoAnswer or TooLarge when a container's answer did not come; it is then counted as a 5XX.
        """
        deployment, variant, answered = self._answered(target, request)
        self._capture(deployment, variant, answered.answer, request, inference_id)
        return Invoked(answered.answer, variant, answered.container, deployment.log_group)

    def _answered(self, target: str | None, request: Request) -> tuple[Deployment, str, Answered]:
        """The answer of an instance; one that has just ended has seen nothing of the request, so another is chosen."""
        while True:
            began = time.perf_counter()
            deployment, instance, variant = self._take(target, request.model)
            sent = time.perf_counter()
            status: int | None = http.client.INTERNAL_SERVER_ERROR
            try:
                answered = instance.invoke(request)
                status = answered.answer.status
                self._counter(variant).count_more(answered.seconds, answered.observed)
            except ConnectionRefusedError:
                status = None
                continue
            except (BadTarget, ModelNotThere, ModelNotReady):
                status = None
                raise
            finally:
                instance.give_back()
                if status is not None:
                    self._count(variant, status, time.perf_counter() - sent, sent - began)
            return deployment, variant, answered

    def _take(self, target: str | None, model: str | None) -> tuple[Deployment, Instance, str]:
        """Choose anew when the chosen fleet has no ready instance: it may be retiring, or starting again."""
        for _ in range(_CHOICES):
            deployment = self.traffic.choose()
            fleet = deployment.choose(target)
            if fleet is None:
                raise NoVariant(target)
            instance = fleet.take(model)
            if instance is not None:
                return deployment, instance, fleet.variant
            time.sleep(_CHOICE_PAUSE)
        raise NoServer(self.name)

    def _counter(self, variant: str) -> VariantMetrics:
        with self._metrics_lock:
            return self._metrics.setdefault(variant, VariantMetrics())

    def _count(self, variant: str, status: int, model_seconds: float, overhead_seconds: float) -> None:
        self._counter(variant).count(
            status=status,
            instances=self.traffic.instances(variant),
            model_seconds=model_seconds,
            overhead_seconds=overhead_seconds,
        )

    def _capture(
        self, deployment: Deployment, variant: str, answer: Answer, request: Request, inference_id: str | None
    ) -> None:
        if self.capture is None or answer.status != http.client.OK:
            return
        exchange = Exchange(
            request.body,
            request.headers.get("Content-Type", ""),
            answer.body,
            answer.headers.get("Content-Type", ""),
            request.headers.get("X-Amzn-SageMaker-Custom-Attributes"),
            inference_id,
        )
        self.capture.sample(variant, deployment.plans[variant].role_arn, exchange)

    def metric_data(self) -> list[dict[str, Any]]:
        """What was counted since the last time, as PutMetricData takes it."""
        with self._metrics_lock:
            counters = list(self._metrics.items())
        data = [datum for variant, counter in counters for datum in counter.take(self.name, variant)]
        if self.backlog is None:
            return data
        return [*(datum for datum in data if datum["MetricName"] not in NOT_ASYNCHRONOUS), *self.backlog.metric_data()]

    def flush(self) -> None:
        """Write out what is buffered."""
        if self.capture is not None:
            self.capture.flush()

    def end(self) -> None:
        """End every server at once."""
        if self.backlog is not None:
            self.backlog.end()
        self.traffic.blue.end()
        if self.traffic.green is not None:
            self.traffic.green.end()

    def say(self, line: str) -> None:
        """A line of the platform's own in the endpoint's log."""
        self.traffic.blue.say(line)
