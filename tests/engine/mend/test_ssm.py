"""A parameter has a hundred versions at most."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html"
)


def put(engine: Any, name: str, times: int) -> None:
    for number in range(times):
        engine.client("ssm").put_parameter(Name=name, Value=str(number), Type="String", Overwrite=True)


def versions(engine: Any, name: str) -> list[int]:
    pages = engine.client("ssm").get_paginator("get_parameter_history").paginate(Name=name)
    return [entry["Version"] for page in pages for entry in page["Parameters"]]


def test_the_oldest_version_makes_room(engine: Any) -> None:
    put(engine, "rewritten", 102)
    assert versions(engine, "rewritten") == list(range(3, 103))


def test_an_oldest_version_with_a_label_stays(engine: Any) -> None:
    put(engine, "labelled", 100)
    engine.client("ssm").label_parameter_version(Name="labelled", ParameterVersion=1, Labels=["first"])
    with pytest.raises(ClientError, match="Version 1 of labelled, the oldest version, can't be deleted") as error:
        put(engine, "labelled", 1)
    assert error.value.response["Error"]["Code"] == "ParameterMaxVersionLimitExceeded"
