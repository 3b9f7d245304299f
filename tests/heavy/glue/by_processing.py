"""Prepares tables as the processing job does, for who asks by lines of JSON; run by the bundle's Python."""

from __future__ import annotations

import base64
import contextlib
import json
import sys

from tests.jobs.spark.support import by_processing, document


def main() -> None:
    """Answer each line: the configuration of the table, and what was left of it."""
    for line in sys.stdin:
        asked = json.loads(line)
        with contextlib.redirect_stdout(sys.stderr):
            left = by_processing([base64.b64decode(file) for file in asked["files"]], asked["changes"])
        if isinstance(left, dict):
            left = {name: base64.b64encode(content).decode() for name, content in left.items()}
        print(json.dumps({"execution": document(asked["changes"]), "left": left}), flush=True)


if __name__ == "__main__":
    main()
