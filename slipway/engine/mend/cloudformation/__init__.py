"""CloudFormation: MiniStack's stacks, made to act under somebody's rights and to know our resource types.

| module | what it corrects |
| --- | --- |
| `hooks` | how a name of MiniStack's is replaced wherever it was imported |
| `actions` | API actions run off the event loop, under the stack's role or its requester, and say what they refuse |
| `authority` | who that is; the role is retained by the stack |
| `templates`, `checks/` | `TemplateURL` is read from S3 by the requester; templates are checked before anything acts |
| `operations` | every create, update and delete of a resource is validated, authorized and journalled |
| `permissions/` | which API actions MiniStack's own resource types need |
| `types` | our resource types (`slipway/engine/resources/`) and their replacement |
| `nested` | `AWS::CloudFormation::Stack` as a stack operation of its own |
| `custom` | custom resources through Lambda and SNS |
| `rollback` | a rollback says which resources failed |
| `conversion` | scalars get the type that the schema names |
| `exports` | an export's name is taken once |
| `begun` | what an operation has made, on record as soon as it exists |
| `restart` | operations that the engine's end interrupted |

What stays MiniStack's: template parsing, transforms, intrinsic functions, rules, change sets, rollback, drift.
Resources are created one after another, in dependency order.
"""

from __future__ import annotations

from slipway.engine.mend.cloudformation import (
    actions,
    begun,
    custom,
    exports,
    nested,
    operations,
    rollback,
    templates,
    types,
)


def apply() -> None:
    """Put the corrections in place; called before the engine serves."""
    for module in (types, nested, custom, exports, rollback, begun, operations, templates, actions):
        module.apply()
