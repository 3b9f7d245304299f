"""One call on its way through the dispatcher's steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.model import OperationModel

from slipway.engine.wire import WireRequest

if TYPE_CHECKING:
    from slipway.engine.caller import Caller
    from slipway.engine.engine import Engine


@dataclass(frozen=True)
class Exchange:
    """An identified and validated request."""

    engine: Engine
    request: WireRequest
    request_id: str
    operation: OperationModel
    caller: Caller
    params: dict[str, Any]


@dataclass(frozen=True)
class Check:
    """What must be allowed before a call is served."""

    action: str
    resource: str
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Handover:
    """A role that a call hands to an AWS service, which looks at once whether it can assume it, or does so later."""

    role_arn: str
    principal: str
    assumed_now: bool = True
