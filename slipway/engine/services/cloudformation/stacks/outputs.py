"""Outputs, exports and imports.

docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/outputs-section-structure.html
docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from slipway.engine.engine import Engine
from slipway.engine.services.cloudformation.errors import TemplateError
from slipway.engine.services.cloudformation.service import exports, stacks
from slipway.engine.services.cloudformation.stacks import records
from slipway.engine.services.cloudformation.stacks.dynamic import resolved
from slipway.engine.services.cloudformation.stacks.operation import Operation
from slipway.engine.services.cloudformation.template.compiled import Compiled
from slipway.engine.services.cloudformation.template.functions import resolve, text

Output = dict[str, str]


class Imports:
    """What a template imports, noted by name as it is asked for."""

    def __init__(self, engine: Engine) -> None:
        self._exports = exports(engine)
        self.names: set[str] = set()

    def __call__(self, name: str) -> str:
        """The exported value; TemplateError when nothing is exported under this name."""
        found = self._exports.get(name)
        if found is None:
            raise TemplateError(f"No export named {name} found.")
        self.names.add(name)
        return str(found["Value"])


def set_outputs(operation: Operation, compiled: Compiled, imports: Iterable[str]) -> None:
    """Resolve a stack's outputs, and export what it exports; TemplateError says what stands against it."""
    scope = compiled.scope.knowing(operation.resources.known)
    found: list[Output] = []
    for key, body in compiled.outputs.items():
        value = resolved(resolve(body["Value"], scope), operation.authority.caller())
        if isinstance(value, list | Mapping):
            raise TemplateError(
                f"Template format error: The Value field of every Outputs member must evaluate to a String. ({key})"
            )
        output = {"OutputKey": key, "OutputValue": text(value)}
        output |= {"Description": str(body["Description"])} if "Description" in body else {}
        export = resolve(body.get("Export", {}).get("Name", ""), scope)
        found.append({**output, "ExportName": text(export)} if export else output)
    export_outputs(operation.engine, operation.stack_id, found)
    records.change(operation.engine, operation.stack_id, Outputs=found, imports=sorted(imports))


def export_outputs(engine: Engine, stack_id: str, outputs: Iterable[Output]) -> None:
    """Make a stack's exports those of `outputs`; TemplateError for a name that is taken or a value that is used."""
    wanted = {output["ExportName"]: output["OutputValue"] for output in outputs if "ExportName" in output}
    table = exports(engine)
    own = {name: export["Value"] for name, export in table.items() if export["ExportingStackId"] == stack_id}
    for name, value in own.items():
        if wanted.get(name) != value:
            _check_unused(engine, name, "deleted" if name not in wanted else "updated")
    for name, value in wanted.items():
        export = {"ExportingStackId": stack_id, "Name": name, "Value": value}
        if name not in own and not table.claim(name, export):
            holder = table[name]["ExportingStackId"].split("/")[1]
            raise TemplateError(f"Export with name {name} is already exported by stack {holder}.")
        table[name] = export
    for name in set(own) - set(wanted):
        del table[name]


def check_exports_unused(engine: Engine, stack_id: str) -> None:
    """Refuse to delete a stack whose exports others import."""
    for name, export in exports(engine).items():
        if export["ExportingStackId"] == stack_id:
            _check_unused(engine, name, "deleted")


def importers(engine: Engine, name: str) -> list[str]:
    """The names of the stacks that import an export."""
    return [
        record["StackName"]
        for record in stacks(engine).values()
        if name in record.get("imports", ()) and record["StackStatus"] != records.DELETED
    ]


def _check_unused(engine: Engine, name: str, verb: str) -> None:
    users = importers(engine, name)
    if users:
        raise TemplateError(f"Export {name} cannot be {verb} as it is in use by {', '.join(users)}")
