"""Run by SAM CLI's own Python: validates the templates of the command line, one after the other in one process.

Starting SAM CLI takes longer than most of its work. The last line printed is JSON: the templates refused, and why.
"""

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout

from samcli.cli.main import cli  # type: ignore[import-not-found]


def refusal(template: str) -> str:
    """What SAM CLI says when it refuses a template, empty when it does not."""
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        try:
            cli.main(["validate", "--lint", "--template-file", template], prog_name="sam")
        except SystemExit as end:
            return said.getvalue().strip() if end.code else ""
    return ""


print(json.dumps([(each, said) for each in sys.argv[1:] if (said := refusal(each))]))
