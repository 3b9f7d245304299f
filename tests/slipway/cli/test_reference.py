"""The docs are what the commands say, and name no command or option that is not there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from slipway.cli import app, commands, reference
from slipway.errors import ExitCode, SlipwayError

ROOT = Path(__file__).parents[3]
PAGES = ["README.md", "CONTRIBUTING.md", *sorted(str(page.relative_to(ROOT)) for page in (ROOT / "docs").glob("*.md"))]
_CODE = re.compile(r"```.*?```|`[^`\n]+`|^(?:    |\t).+$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"(?:^|[\s(\"/`])slipway ((?:[a-z]+)(?: [^|;#)`\n\"]*)?)")


def every() -> dict[str, Any]:
    """Every command by its name, those of a group under both names."""
    commands.register(app)
    group = get_command(app)
    return {
        name: command
        for name, command, _ in reference.each(group, group.make_context("slipway", [], resilient_parsing=True))
    }


def known() -> dict[str, set[str]]:
    """The options of every command."""
    return {
        name: {option for parameter in command.params for option in [*parameter.opts, *parameter.secondary_opts]}
        for name, command in every().items()
    }


def test_the_reference_is_what_the_commands_say() -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert page == reference.render(), "run `python -m slipway.cli.reference > docs/cli.md`"


def typed(text: str) -> list[str]:
    """Every `slipway …` in a page's code, the way somebody would type it."""
    return [found for code in _CODE.findall(text) for found in _COMMAND.findall(code)]


def test_commands_are_found_in_code_and_not_in_prose() -> None:
    indented = "    .venv/bin/slipway report latest   # this\n    $(slipway env)\n"
    text = f"run slipway nothing, `slipway push`, or\n\n{indented}"
    assert [found.split() for found in typed(text)] == [["push"], ["report", "latest"], ["env"]]


@pytest.mark.parametrize("page", PAGES)
def test_every_command_in_the_docs_exists_with_its_options(page: str) -> None:
    options = known()
    for found in typed((ROOT / page).read_text(encoding="utf-8")):
        name, *words = found.split()
        if words and f"{name} {words[0]}" in options:
            name, *words = f"{name} {words[0]}", *words[1:]
        elif not words and any(known.startswith(f"{name} ") for known in options):
            continue  # a group as a whole
        assert name in options, f"{page}: `slipway {found}`: there is no command {name}"
        for word in words:
            if word.startswith("-"):
                assert word.split("=")[0] in options[name], f"{page}: `slipway {found}`: {name} has no option {word}"


@pytest.mark.parametrize("name", sorted(known()))
def test_every_command_explains_itself_and_speaks_to_machines(name: str) -> None:
    command = every()[name]
    assert command.help.strip()
    assert "--json" in known()[name]
    for parameter in command.params:
        assert parameter.help, f"{name} {parameter.name} has no help"


def subclasses(kind: type[SlipwayError]) -> list[type[SlipwayError]]:
    return [kind, *(found for child in kind.__subclasses__() for found in subclasses(child))]


def test_every_failure_has_a_documented_exit_code_and_stands_in_the_tree() -> None:
    from slipway import errors

    for kind in subclasses(SlipwayError):
        if kind.__module__.startswith("slipway."):
            assert kind.exit_code in ExitCode
            assert kind.__name__ in (errors.__doc__ or ""), f"{kind.__name__} is missing in the tree of slipway.errors"
