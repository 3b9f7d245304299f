"""docs/cli.md, made from the commands themselves: `python -m slipway.cli.reference > docs/cli.md`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import typer
from typer.main import get_command

from slipway.cli import app, commands
from slipway.errors import ExitCode

_HEAD = """# The command line

Made by `python -m slipway.cli.reference`. Commands act on the local engine whose folder is `--home` (default
`.slipway`); with `--aws` on the account of the environment's credentials. Whatever shows something takes `--json`: then
standard output holds one JSON value and nothing else, and what is said on the way goes to standard error. Failures are
one message on standard error. `NO_COLOR` takes the colours off; without a terminal there are none, and no live display.
`slipway --version` says which version this is.
"""


def render() -> str:
    """The whole page."""
    commands.register(app)
    group: Any = get_command(app)
    context = group.make_context("slipway", [], resilient_parsing=True)
    parts = [_HEAD, _exit_codes(), *_panels(each(group, context))]
    return "\n".join(parts).rstrip() + "\n"


def each(group: Any, context: Any) -> Iterator[tuple[str, Any, str]]:
    """Every command with its name and panel, those of a group under the group's name and panel."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if not hasattr(command, "list_commands"):
            yield name, command, command.rich_help_panel
            continue
        for inner, found, _ in each(command, context):
            yield f"{name} {inner}", found, command.rich_help_panel


def _exit_codes() -> str:
    rows = [f"| {int(code)} | {code.meaning} |" for code in ExitCode]
    return "\n".join(["## Exit codes", "| code | when |", "| --- | --- |", *rows, ""])


def _panels(found: Iterator[tuple[str, Any, str]]) -> Iterator[str]:
    panels: dict[str, list[str]] = {}
    for name, command, panel in found:
        panels.setdefault(panel, []).append(_command(name, command))
    for panel, pages in panels.items():
        yield f"## {panel}\n"
        yield from pages


def _command(name: str, command: Any) -> str:
    arguments = [parameter for parameter in command.params if parameter.param_type_name == "argument"]
    options = [parameter for parameter in command.params if parameter.param_type_name == "option"]
    usage = " ".join(["slipway", name, *[_usage(argument) for argument in arguments], "[OPTIONS]"])
    rows = [_row(_name(parameter), parameter) for parameter in [*arguments, *options] if parameter.name != "help"]
    about = re.sub(r"\s+", " ", command.help or "")
    return "\n".join([f"### {name}", f"    {usage}", "", about, "", "| | |", "| --- | --- |", *rows, ""])


def _usage(argument: Any) -> str:
    name = argument.name.upper()
    return name if argument.required else f"[{name}]"


def _name(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{parameter.name.upper()}`"
    return ", ".join(f"`{text}`" for text in parameter.opts)


def _row(name: str, parameter: Any) -> str:
    notes = []
    if parameter.required:
        notes.append("Required.")
    elif parameter.default not in (None, False, ()):
        notes.append(f"Default: `{getattr(parameter.default, 'value', parameter.default)}`.")
    if getattr(parameter, "envvar", None):
        notes.append(f"Environment: `{parameter.envvar}`.")
    return f"| {name} | {' '.join([parameter.help or '', *notes])} |"


if __name__ == "__main__":
    typer.echo(render(), nl=False)
