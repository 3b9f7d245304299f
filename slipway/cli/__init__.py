"""The command line. One module a group of commands; each is a thin face over the package."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated

import typer
from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
from rich.text import Text
from typer.exceptions import TyperException

from slipway.cli import hints
from slipway.cli.common import HOME, errors, say
from slipway.errors import ExitCode, SlipwayError

app = typer.Typer(
    name="slipway",
    help="A CI/CD line for machine-learning models on AWS that also runs, for real, on this machine.\n\n"
    "Start with `slipway demo`. Commands act on the local engine; nothing touches a real account without --aws.",
    epilog="`slipway COMMAND --help` explains a command; docs/cli.md lists them all, and the exit codes.",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)


_INTERRUPTED = (
    "interrupted; what was started goes on: `slipway status` shows it; on the local engine `slipway down` ends it"
)


def _say_version(wanted: bool) -> None:
    if wanted:
        say(f"slipway {version('slipway')}")
        raise typer.Exit


@app.callback()
def _whole(
    asked: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """What holds for every command."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and leave with its exit code."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command; every expected failure is one message on standard error. Returns the exit code."""
    from slipway.cli import commands

    commands.register(app)
    hints.remember(HOME)
    try:
        # The value is the code of typer.Exit, 130 after Ctrl-C, and None of a command that came to its end.
        code = app(args=list(arguments) if arguments is not None else None, prog_name="slipway", standalone_mode=False)
    except SlipwayError as error:
        return _fail(str(error), error.exit_code)
    except TyperException as error:
        return _fail(_usage(error), ExitCode.USAGE)
    except ClientError as error:
        details = error.response["Error"]
        return _fail(f"{error.operation_name} was refused: {details['Code']}: {details['Message']}", ExitCode.FAILED)
    except (ParamValidationError, Boto3Error) as error:
        # Boto3's own is a transfer of S3's, which has the refusal in its text only.
        return _fail(str(error), ExitCode.USAGE if isinstance(error, ParamValidationError) else ExitCode.FAILED)
    except BotoCoreError as error:
        return _fail(f"AWS cannot be reached or used: {error}; `slipway status` shows where it is", ExitCode.NO_TARGET)
    except (typer.Abort, KeyboardInterrupt):
        code = ExitCode.INTERRUPTED
    except OSError as error:
        if error.filename is None:
            raise
        named_wrong = isinstance(error, FileNotFoundError | IsADirectoryError | NotADirectoryError)
        code = ExitCode.USAGE if named_wrong else ExitCode.FAILED
        return _fail(f"{error.filename} cannot be used: {error.strerror}", code)
    if code == ExitCode.INTERRUPTED:
        return _fail(_INTERRUPTED, code)
    return int(code or ExitCode.DONE)


def _usage(error: TyperException) -> str:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "slipway"
    message = error.format_message().rstrip(".")
    # An empty message is a command without arguments, which has shown its help.
    return f"{message[:1].lower()}{message[1:]}; `{command} --help` explains" if message else ""


def _fail(message: str, code: int) -> int:
    if message:
        errors.print(Text.assemble(("slipway: ", "red bold"), hints.complete(message)), soft_wrap=True)
    return int(code)
