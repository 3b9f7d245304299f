"""`python -m config.validate`: say whether the configuration is valid, and every way in which it is not.

Without arguments it is Build's configuration, with what the run's request asks for, and `build/configuration.json` is
written: the same with its defaults.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

import boto3

from config import requests
from config.configuration import InvalidConfiguration, load, resolve

RESOLVED: Final = Path("build/configuration.json")


def main(arguments: list[str]) -> None:
    """Validate the files named, or the configuration that Build uses."""
    try:
        for argument in arguments:
            load(Path(argument))
        if not arguments:
            _write({"config": resolve(requests.written(boto3.client("s3")))})
    except InvalidConfiguration as fault:
        sys.exit(str(fault))


def _write(document: object) -> None:
    RESOLVED.parent.mkdir(exist_ok=True)
    RESOLVED.write_text(json.dumps(document, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
