"""`python -m slipway.verify` checks the bundle of the working folder; it ends with 1 when there is a finding."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from slipway.verify import checks, page, table
from slipway.verify.bundle import Bundle


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify, or write the list of suppressed findings; the number to end with."""
    parser = argparse.ArgumentParser(prog="python -m slipway.verify", description="Check the bundle, no account.")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--page", action="store_true", help=f"only write {page.PAGE}'s suppressed findings")
    chosen = parser.parse_args(arguments)
    bundle = Bundle(Path.cwd())
    if chosen.page:
        page.write(bundle)
        return 0
    outcomes = checks.run(bundle, checks.checks(Path(sys.prefix)), _say)
    if chosen.json:
        print(table.as_json(outcomes))
    else:
        table.show(outcomes, Console())
    return 0 if table.is_clean(outcomes) else 1


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
