"""`python -m slipway.verify` checks the bundle of the working folder; it ends with 1 when there is a finding."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console

from slipway.verify import checks, page, table
from slipway.verify.bundle import Bundle


def main() -> None:
    """Verify, or write the list of suppressed findings."""
    parser = argparse.ArgumentParser(
        prog="python -m slipway.verify", description="Check the bundle without an account."
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument(
        "--page", action="store_true", help=f"only write the list of suppressed findings of {page.PAGE}"
    )
    chosen = parser.parse_args()
    bundle = Bundle(Path.cwd())
    if chosen.page:
        page.write(bundle)
        return
    outcomes = checks.run(bundle, checks.checks(Path(sys.prefix)))
    if chosen.json:
        print(table.as_json(outcomes))
    else:
        table.show(outcomes, Console())
    sys.exit(0 if table.is_clean(outcomes) else 1)


main()
