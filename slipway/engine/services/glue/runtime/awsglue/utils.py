"""`awsglue.utils.getResolvedOptions`.

docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-get-resolved-options.html
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

_RESERVED = (
    "job-bookmark-option",
    "job-bookmark-from",
    "job-bookmark-to",
    "JOB_ID",
    "JOB_RUN_ID",
    "SECURITY_CONFIGURATION",
)
_OPTIONAL = ("TempDir", "JOB_RUN_ID")


class GlueArgumentError(Exception):
    """An argument that the script asked for is not there, or has no value."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise GlueArgumentError(message)


def getResolvedOptions(args: Sequence[str], options: Sequence[str]) -> dict[str, Any]:  # noqa: N802 - Glue's own name
    """The options named, from `sys.argv`; a hyphen in a name is an underscore in the answer.

    GlueArgumentError for one that is not there, RuntimeError for one that Glue keeps to itself.
    """
    parser = _Parser(add_help=False)
    for option in options:
        if option in _RESERVED:
            raise RuntimeError(f"Using reserved arguments {option}")
        parser.add_argument(f"--{option}", required=option != "TempDir")
    for option in _OPTIONAL:
        if option not in options:
            parser.add_argument(f"--{option}")
    found, _ = parser.parse_known_args(list(args[1:]))
    given = {name: value for name, value in vars(found).items() if value is not None}
    return {"job_bookmark_option": "job-bookmark-disable", **given}
