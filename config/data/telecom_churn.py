"""Make the telecom-churn table: `python -m config.data.telecom_churn --seed 7 --rows 3300 --output telecom-churn.csv`.

The customers are invented, and their reasons to leave are the ones such tables are known for: a month-to-month
contract, dear day minutes, an international plan that does not pay, calls to customer service. The same seed makes the
same file, byte for byte; another seed makes other customers of the same company, which is what a drop of new data is.
Only the standard library is used, whose generator is the same on every platform and version
(docs.python.org/3/library/random.html#notes-on-reproducibility).
"""

from __future__ import annotations

import argparse
import csv
import math
import sys
from pathlib import Path
from random import Random
from typing import TextIO

SEED = 2026
ROWS = 3300
# Tuned so that about one customer in six leaves.
INTERCEPT = -3.9
# How far reasons decide over luck: larger is easier to predict.
SHARPNESS = 1.35
MISSING_SHARE = 0.02

STATES = (
    *("AK", "AL", "AR", "AZ", "CA", "CO", "CT", "DC", "DE", "FL", "GA", "HI", "IA", "ID", "IL", "IN", "KS"),
    *("KY", "LA", "MA", "MD", "ME", "MI", "MN", "MO", "MS", "MT", "NC", "ND", "NE", "NH", "NJ", "NM", "NV"),
    *("NY", "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VA", "VT", "WA", "WI", "WV", "WY"),
)
CONTRACTS = {"month-to-month": 0.55, "one year": 0.25, "two years": 0.20}
PAYMENTS = {"bank transfer": 0.35, "credit card": 0.35, "cheque": 0.30}

Row = dict[str, str]


def make(seed: int, rows: int) -> list[Row]:
    """Return that many customers, each a dict of column name to CSV text."""
    random = Random(seed)  # noqa: S311 (a table, not a secret)
    return [_customer(random, f"C{seed % 10_000:04d}-{number:06d}") for number in range(rows)]


def write(rows: list[Row], file: TextIO) -> None:
    """Write the rows as CSV with a header and plain line feeds."""
    writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def _customer(random: Random, customer_id: str) -> Row:
    contract = _choose(random, CONTRACTS)
    international = random.random() < 0.12
    voicemail = random.random() < 0.28
    day_minutes = max(0.0, random.gauss(180, 54))
    evening_minutes = max(0.0, random.gauss(200, 50))
    international_minutes = max(0.0, random.gauss(13 if international else 9, 3))
    service_calls = _count(random, 1.5)
    charge = 9 + 0.17 * day_minutes + 0.085 * evening_minutes + 0.27 * international_minutes + 4 * voicemail
    row: dict[str, object] = {
        "customer_id": customer_id,
        "state": random.choice(STATES),
        "account_length": max(1, round(random.gauss(100, 40))),
        "contract": contract,
        "payment_method": _choose(random, PAYMENTS),
        "paperless_billing": random.random() < 0.6,
        "international_plan": _yes(international),
        "voicemail_plan": _yes(voicemail),
        "voicemail_messages": _count(random, 26) if voicemail else 0,
        "day_minutes": round(day_minutes, 1),
        "day_calls": _count(random, 100),
        "evening_minutes": round(evening_minutes, 1),
        "evening_calls": _count(random, 100),
        "night_minutes": round(max(0.0, random.gauss(200, 50)), 1),
        "international_minutes": round(international_minutes, 1),
        "international_calls": _count(random, 4),
        "monthly_charge": round(charge + random.gauss(0, 2), 2),
        "service_calls": service_calls,
    }
    reasons = _reasons(contract, international, international_minutes, voicemail, day_minutes, service_calls, charge)
    row["churn"] = _yes(random.random() < 1 / (1 + math.exp(-SHARPNESS * (reasons + INTERCEPT))))
    return _with_gaps(random, {name: str(value) for name, value in row.items()})


def _reasons(
    contract: str,
    international: bool,
    international_minutes: float,
    voicemail: bool,
    day_minutes: float,
    service_calls: int,
    charge: float,
) -> float:
    """Log-odds of leaving. Steps and products are there on purpose: trees find them, a straight line does not."""
    reasons = {"month-to-month": 1.6, "one year": 0.4, "two years": -0.9}[contract]
    reasons += 0.75 * max(0, service_calls - 1)
    reasons += 2.4 if day_minutes > 230 and not voicemail else 0.0
    reasons += 2.2 if international and international_minutes > 12 else 0.0
    return reasons + 0.045 * (charge - 60)


def _with_gaps(random: Random, row: Row) -> Row:
    """Leave a field empty now and then, as real tables do."""
    for name in ("account_length", "payment_method", "night_minutes"):
        if random.random() < MISSING_SHARE:
            row[name] = ""
    return row


def _choose(random: Random, shares: dict[str, float]) -> str:
    return random.choices(list(shares), weights=list(shares.values()))[0]


def _count(random: Random, mean: float) -> int:
    """A count with that mean: Poisson for small means, rounded Gauss for large ones."""
    if mean > 10:
        return max(0, round(random.gauss(mean, math.sqrt(mean) * 2)))
    count, product, limit = 0, random.random(), math.exp(-mean)
    while product > limit:
        count, product = count + 1, product * random.random()
    return count


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def main(arguments: list[str] | None = None) -> None:
    """Write a table to a file, or to standard output."""
    parser = argparse.ArgumentParser(prog="python -m config.data.telecom_churn", description="Make telecom customers.")
    parser.add_argument("--seed", type=int, default=SEED, help="the same seed, the same file (default %(default)s)")
    parser.add_argument("--rows", type=int, default=ROWS, help="customers to make (default %(default)s)")
    parser.add_argument("--output", type=Path, help="file to write (default: standard output)")
    options = parser.parse_args(arguments)
    if options.rows < 1:
        parser.error(f"--rows must be at least 1, not {options.rows}")
    rows = make(options.seed, options.rows)
    if options.output is None:
        write(rows, sys.stdout)
        return
    with options.output.open("w", encoding="utf-8", newline="") as file:
        write(rows, file)


if __name__ == "__main__":
    main()
