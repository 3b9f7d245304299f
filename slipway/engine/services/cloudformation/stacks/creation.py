"""CreateStack, carried out.

docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
"""

from __future__ import annotations

from collections.abc import Mapping

from slipway.engine.resource import ResourceFailed
from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.service import stacks
from slipway.engine.services.cloudformation.stacks.finish import end, finish
from slipway.engine.services.cloudformation.stacks.operation import Operation
from slipway.engine.services.cloudformation.stacks.outputs import Imports, set_outputs
from slipway.engine.services.cloudformation.stacks.provision import Provision
from slipway.engine.services.cloudformation.stacks.rollback import roll_back_creation
from slipway.engine.services.cloudformation.template.compiled import Compiled

USER_INITIATED = "User Initiated"


def create(operation: Operation, compiled: Compiled, imports: Imports) -> None:
    """Make everything; when something fails, do what the request's `OnFailure` says."""
    stack = stacks(operation.engine)[operation.stack_id]
    on_failure = stack["OnFailure"]
    keeps = on_failure == "DO_NOTHING"
    failed = Provision(operation, compiled, stack["Tags"], keeps).run()
    reason = reason_of({}, failed)
    if not failed and not operation.cancelled.is_set():
        try:
            set_outputs(operation, compiled, imports.names)
            finish(operation, "CREATE_COMPLETE")
            return
        except (TemplateError, ResourceFailed) as error:
            reason = str(error)
    if stacks(operation.engine)[operation.stack_id]["StackStatus"] == "DELETE_IN_PROGRESS":
        return  # DeleteStack cancelled the creation, and goes on from here
    if keeps:
        end(operation, "CREATE_FAILED", reason)
    else:
        roll_back_creation(operation, f"{reason} Rollback requested by user.".strip(), deletes=on_failure == "DELETE")


def reason_of(updated: Mapping[str, object], failed: Mapping[str, ResourceFailed]) -> str:
    """Which resources failed, in CloudFormation's words; `updated` are those that were there before."""
    created = [name for name in failed if name not in updated]
    changed = [name for name in failed if name in updated]
    told = []
    if created:
        told.append(f"The following resource(s) failed to create: [{', '.join(created)}].")
    if changed:
        told.append(f"The following resource(s) failed to update: [{', '.join(changed)}].")
    return " ".join(told)
