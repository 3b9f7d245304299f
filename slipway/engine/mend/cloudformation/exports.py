"""The name of an export is taken once in a region.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
"""

from __future__ import annotations

from typing import Any

from slipway.engine import adapter
from slipway.engine.mend.cloudformation import hooks


def apply() -> None:
    """Refuse outputs whose export name another stack has."""
    hooks.replace("_resolve_stack_outputs", _with_free_names)


def _with_free_names(original: Any) -> Any:
    def resolve(*arguments: Any) -> Any:
        outputs, new_exports = original(*arguments)
        taken = adapter.part(hooks.PACKAGE)._exports
        for name, export in new_exports.items():
            owner = taken.get(name)
            if owner is not None and owner["StackId"] != export["StackId"]:
                holder = owner["StackId"].split("/")[1]
                raise ValueError(f"Export with name {name} is already exported by stack {holder}.")
        return outputs, new_exports

    return resolve
