"""Blocks of addresses.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-cidr.html
"""

from __future__ import annotations

import ipaddress
import itertools
from typing import Any

from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.template.functions import function, is_pending, resolve, text
from slipway.engine.services.cloudformation.template.scope import Scope

_MOST_BLOCKS = 256


@function("Fn::Cidr")
def cidr(arguments: Any, scope: Scope) -> Any:
    """`count` blocks of `2 ** bits` addresses out of a block."""
    values = resolve(arguments, scope)
    if is_pending(values):
        return {"Fn::Cidr": values}
    if not isinstance(values, list) or len(values) not in (2, 3):
        raise TemplateError("Template error: Fn::Cidr takes an address block, a count and, for IPv6, the host bits")
    try:
        network = ipaddress.ip_network(text(values[0]))
        count, bits = int(values[1]), int(values[2]) if len(values) == 3 else 8
        subnets = network.subnets(new_prefix=network.max_prefixlen - bits)
    except ValueError as error:
        raise TemplateError(f"Template error: Fn::Cidr: {error}") from error
    blocks = [str(subnet) for subnet in itertools.islice(subnets, count)]
    if not 0 < count <= _MOST_BLOCKS or len(blocks) < count:
        raise TemplateError(f"Template error: Fn::Cidr cannot make {count} blocks of {bits} host bits in {network}")
    return blocks
