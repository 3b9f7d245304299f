"""Prepares tables as the Glue job does, in one Spark session, for who asks by lines; run by Glue's Python."""

from __future__ import annotations

import contextlib
import json
import sys

from jobs.errors import TableError
from jobs.spark import main as script


def main() -> None:
    """Answer each line of arguments with the sentence of a refusal, or nothing."""
    for line in sys.stdin:
        sys.argv[1:] = json.loads(line)
        refused = ""
        with contextlib.redirect_stdout(sys.stderr):
            try:
                script.main()
            except TableError as error:
                refused = str(error)
        print(json.dumps(refused), flush=True)


if __name__ == "__main__":
    main()
