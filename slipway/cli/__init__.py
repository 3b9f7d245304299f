"""The command line. One module a group of commands; each is a thin face over the package."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer
from botocore.exceptions import BotoCoreError, ClientError

from slipway.cli.common import errors
from slipway.errors import SlipwayError
from slipway.loopback import past_proxies

app = typer.Typer(
    name="slipway",
    help="A CI/CD line for machine-learning models on AWS that also runs, for real, on this machine.\n\n"
    "Start with `slipway demo`. Nothing touches a real account without --aws.",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; every expected failure is one message on standard error and an exit code."""
    from slipway.cli import commands

    past_proxies()
    commands.register(app)
    try:
        app(args=list(arguments) if arguments is not None else None)
    except SlipwayError as error:
        fail(str(error), error.exit_code)
    except ClientError as error:
        details = error.response["Error"]
        fail(f"{error.operation_name} was refused: {details['Code']}: {details['Message']}", 1)
    except BotoCoreError as error:
        fail(f"AWS cannot be reached or used: {error}", 3)
    except KeyboardInterrupt:
        fail("interrupted; what was started goes on: `slipway status` shows it, `slipway down` ends it", 130)


def fail(message: str, code: int) -> None:
    """Print a message on standard error and exit."""
    errors.print(
        f"[red bold]slipway:[/red bold] {message.replace('[', chr(92) + '[')}", highlight=False, soft_wrap=True
    )
    sys.exit(code)
