"""An engine with an endpoint to scale."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.engine.services.sagemaker.support import (
    IMAGE,
    ROLE,
    Sagemaker,
    eventually,
    model_archive,
    prepare_account,
    start_engine,
)


@pytest.fixture(scope="package")
def scaled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sagemaker]:
    """An engine whose endpoint `scaled` has one instance of its variant `default`."""
    running = start_engine(tmp_path_factory.mktemp("scaled") / "home")
    made = Sagemaker(running)
    prepare_account(made)
    put_endpoint(made)
    yield made
    running.stop()


def put_endpoint(made: Sagemaker) -> None:
    client: Any = made.client("sagemaker")
    data = made.put("model/model.tar.gz", model_archive("a"))
    client.create_model(
        ModelName="model", ExecutionRoleArn=ROLE, PrimaryContainer={"Image": IMAGE, "ModelDataUrl": data}
    )
    variant = {
        "VariantName": "default",
        "ModelName": "model",
        "InitialInstanceCount": 1,
        "InstanceType": "ml.m5.large",
    }
    client.create_endpoint_config(EndpointConfigName="config", ProductionVariants=[variant])
    client.create_endpoint(EndpointName="scaled", EndpointConfigName="config")
    eventually(lambda: client.describe_endpoint(EndpointName="scaled")["EndpointStatus"] == "InService")
