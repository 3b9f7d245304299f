"""An attempt of a task, and what the next engine knows of it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from slipway.engine.services.stepfunctions.task import Attempt

pytestmark = pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/dg/state-task.html")

RESOURCE = "arn:aws:states:::sagemaker:createTrainingJob.sync"


def test_who_sees_that_a_job_was_submitted_may_rely_on_the_next_engine_waiting_for_it() -> None:
    place: dict[str, Any] = {}
    seen: list[tuple[str, dict[str, Any]]] = []
    history: Any = SimpleNamespace(add=lambda kind, **_: seen.append((kind, dict(place))))
    run: Any = SimpleNamespace(history=history)
    position: Any = SimpleNamespace(place=place, note=place.update)
    attempt = Attempt(run, "Train", RESOURCE, {}, position)
    attempt._submitted({"TrainingJobArn": "arn"})
    assert seen == [("TaskSubmitted", {"call": {"token": "", "answer": {"TrainingJobArn": "arn"}}})]
