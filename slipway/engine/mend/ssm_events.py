"""Systems Manager: the event of every change of a parameter.

docs.aws.amazon.com/systems-manager/latest/userguide/reference-eventbridge-events.html
docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from slipway.engine import adapter
from slipway.engine.engine import current

_SERVICE = "services.ssm"
Data = dict[str, Any]
Response = tuple[int, dict[str, str], Any]
Operation = Callable[[Data], Response]


def apply() -> None:
    """Put our functions around MiniStack's."""
    adapter.replace(_SERVICE, "_put_parameter", _put)
    adapter.replace(_SERVICE, "_delete_parameter", _deleted)
    adapter.replace(_SERVICE, "_delete_parameters", _deleted)
    adapter.replace(_SERVICE, "_label_parameter_version", _labelled)


def _put(put: Operation) -> Operation:
    def told(data: Data) -> Response:
        answer = put(data)
        if answer[0] < 300:
            operation = "Create" if json.loads(answer[2])["Version"] == 1 else "Update"
            _emit(operation, _parameter(data["Name"]))
        return answer

    return told


def _deleted(delete: Operation) -> Operation:
    """DeleteParameter and DeleteParameters: an event of each that was there."""

    def told(data: Data) -> Response:
        there = [_parameter(name) for name in data.get("Names") or [data.get("Name")]]
        answer = delete(data)
        for parameter in there if answer[0] < 300 else []:
            _emit("Delete", parameter)
        return answer

    return told


def _labelled(label: Operation) -> Operation:
    def told(data: Data) -> Response:
        answer = label(data)
        if answer[0] < 300:
            _emit("LabelParameterVersion", _parameter(data["Name"]))
        return answer

    return told


def _parameter(name: Any) -> Data:
    """The stored parameter, empty when there is none."""
    found: Data = adapter.part(_SERVICE)._lookup_parameter(str(name))[1] or {}
    return dict(found)


def _emit(operation: str, parameter: Data) -> None:
    if not parameter:
        return
    detail = {
        "operation": operation,
        "name": parameter["Name"],
        "type": parameter["Type"],
        **({"description": parameter["Description"]} if parameter.get("Description") else {}),
    }
    current().emit("aws.ssm", "Parameter Store Change", detail, [parameter["ARN"]])
