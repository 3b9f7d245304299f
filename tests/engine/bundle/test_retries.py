"""Every Task of the bundle's state machines tries again when its call was throttled or met a fault of the service's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from slipway.engine.errors import AwsError
from slipway.engine.faults import refusals
from slipway.engine.integrations import naming, sdk
from slipway.engine.integrations.task import TaskFailed
from slipway.engine.services.stepfunctions.retry import Retries

pytestmark = pytest.mark.specification("docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html")

CF = Path(__file__).parents[3] / "cf"
# The optimized integrations' names for errors that the service's model does not list.
BASES = {"sagemaker": "AmazonSageMakerException", "glue": "AWSGlueException"}


def tasks(states: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every Task by its name, those of branches too."""
    for name, state in states.items():
        if state["Type"] == "Task":
            yield name, state
        for inner in (*state.get("Branches", []), *filter(None, [state.get("ItemProcessor")])):
            yield from tasks(inner["States"])


TASKS = [
    pytest.param(state, id=f"{path.name}:{name}")
    for path in sorted(CF.glob("*.asl.json"))
    for name, state in tasks(json.loads(path.read_text())["States"])
]


@pytest.mark.parametrize("state", TASKS)
def test_a_throttled_call_and_a_fault_of_the_service_are_tried_again(state: dict[str, Any]) -> None:
    integration = state["Resource"].rpartition(":states:::")[2]
    service = integration.removeprefix("aws-sdk:").partition(":")[0]
    base = "" if integration.startswith("aws-sdk:") else BASES[service]
    model = botocore.session.Session().get_service_model(sdk.botocore_service(service) or service)
    unknown = AwsError("InternalFailure", "", status=500)
    for error in (refusals.throttled(model), refusals.failed(model), unknown):
        failure = TaskFailed(naming.error_name(model, error.code, base=base), error.message)
        assert Retries(state).delay(failure) is not None, failure.error
