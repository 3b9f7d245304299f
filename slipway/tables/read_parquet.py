"""`read_parquet.py SOURCE TARGET`: a Parquet file as a CSV. Run by a Python with polars; it knows no Slipway."""

from __future__ import annotations

import sys

import polars


def main(source: str, target: str) -> None:
    """Write it, or end with a sentence."""
    try:
        frame = polars.read_parquet(source)
    except (polars.exceptions.PolarsError, OSError) as error:
        sys.exit(f"not Parquet: {' '.join(str(error).split())}")
    for name, kind in frame.schema.items():
        if kind.is_nested() or kind in (polars.Binary, polars.Duration, polars.Object):
            sys.exit(f"column {name!r} holds {kind}; expected numbers, texts, booleans or dates")
    frame.write_csv(target)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
