"""What of an OpenAPI document is imported, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.engine.mend.apigateway.openapi import NotExecuted, check, request_parameters


def operation(**integration: Any) -> dict[str, Any]:
    return {"paths": {"/x": {"post": {"x-amazon-apigateway-integration": integration}}}}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        pytest.param(operation(type="aws"), "integration type AWS of POST /x is not executed here", id="mapped"),
        pytest.param(
            operation(type="http_proxy", connectionType="VPC_LINK"),
            "connectionType VPC_LINK of POST /x is not executed here",
            id="vpc link",
        ),
        pytest.param(
            operation(type="aws_proxy", credentials="arn:aws:iam::*:user/*"),
            "POST /x invokes its function with the caller's credentials, which is not executed here",
            id="caller's credentials",
        ),
        pytest.param(
            {"x-amazon-apigateway-importexport-version": "1.0"},
            "x-amazon-apigateway-importexport-version at the document's root is not executed here",
            id="unknown extension",
        ),
    ],
)
def test_what_is_not_executed_is_refused_with_its_place(document: dict[str, Any], message: str) -> None:
    with pytest.raises(NotExecuted, match=message):
        check(document)


def test_request_parameters_say_whether_they_are_required() -> None:
    parameters = [
        {"in": "query", "name": "q", "required": True},
        {"in": "header", "name": "h"},
        {"in": "path", "name": "p", "required": True},
        {"in": "body", "name": "b"},
    ]
    assert request_parameters(parameters) == {
        "method.request.querystring.q": True,
        "method.request.header.h": False,
        "method.request.path.p": True,
    }
