"""API Gateway's log role, of which a region has one: a stage with access logs is refused without it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.engine.conftest import RunningEngine, start


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEngine]:
    """An engine of this module's own, in whose account nobody has set the role yet."""
    home: Path = tmp_path_factory.mktemp("without-log-role") / ".slipway"
    started = start(home)
    yield started
    started.engine.stop()


def stage(engine: RunningEngine) -> None:
    """Make a stage, then give it access logs."""
    apigateway: Any = engine.client("apigateway")
    api = apigateway.create_rest_api(name="predictions")["id"]
    root = apigateway.get_resources(restApiId=api)["items"][0]["id"]
    apigateway.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
    apigateway.put_integration(restApiId=api, resourceId=root, httpMethod="GET", type="MOCK")
    apigateway.create_deployment(restApiId=api, stageName="test")
    group = "arn:aws:logs:us-east-1:111122223333:log-group:access"
    operations = [
        {"op": "replace", "path": "/accessLogSettings/destinationArn", "value": group},
        {"op": "replace", "path": "/accessLogSettings/format", "value": "$context.requestId"},
    ]
    apigateway.update_stage(restApiId=api, stageName="test", patchOperations=operations)


def test_access_logs_are_refused_while_the_region_has_no_log_role(fresh: RunningEngine) -> None:
    with pytest.raises(ClientError, match="CloudWatch Logs role ARN must be set in account settings"):
        stage(fresh)
