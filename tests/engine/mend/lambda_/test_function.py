"""Which invocations can share an execution environment."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.engine.mend.lambda_.function import FunctionVersion

pytestmark = pytest.mark.specification("docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html")
CONFIG: dict[str, Any] = {
    "FunctionName": "f",
    "FunctionArn": "arn:aws:lambda:us-east-1:111122223333:function:f",
    "Version": "1",
    "Runtime": "python3.13",
    "Handler": "h.h",
    "Role": "r",
}


def fingerprint(code: bytes = b"code", **changes: Any) -> str:
    return FunctionVersion.of({**CONFIG, **changes}, code, []).fingerprint


def test_a_version_is_the_same_by_whatever_alias_it_is_called() -> None:
    assert fingerprint(FunctionArn=f"{CONFIG['FunctionArn']}:live") == fingerprint()


@pytest.mark.parametrize(
    "change",
    [
        {"Handler": "h.other"},
        {"MemorySize": 256},
        {"Environment": {"Variables": {"NAME": "x"}}},
        {"EphemeralStorage": {"Size": 1024}},
        {"LoggingConfig": {"LogFormat": "JSON"}},
        {"code": b"other"},
    ],
    ids=str,
)
def test_a_change_of_code_or_configuration_needs_another(change: dict[str, Any]) -> None:
    assert fingerprint(**change) != fingerprint()
