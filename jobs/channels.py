"""The channels `train` and `validation` of a training job: the encoded rows that Prepare left."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from jobs import paths
from jobs.cluster import Cluster
from jobs.encoder import Encoder
from jobs.errors import TableError
from jobs.training import Rows


@dataclass(frozen=True)
class Channels:
    """Reads channels, and counts in `rows_of` how many rows each has on all hosts together."""

    encoder: Encoder
    cluster: Cluster
    rows_of: dict[str, int] = field(default_factory=dict)

    def rows(self, channel: str, *, shared: bool = False) -> Rows:
        """The rows of a channel; `shared`: of n hosts, each takes every n-th, so that their shares are alike.

        Every host has the whole channel on its disk, and in memory only what it takes.
        """
        folder = paths.channel(channel)
        files = sorted(folder.glob("*.csv"))
        if not files:
            raise TableError(f"channel {folder.name!r} holds no .csv file; Prepare makes it")
        table = pl.concat([_scan(file, self.encoder) for file in files])
        if shared and not self.cluster.alone:
            self.rows_of[channel] = table.select(pl.len()).collect(engine="streaming").item()
            position, hosts = table.with_row_index("position\n"), len(self.cluster.hosts)
            table = position.filter(pl.col("position\n") % hosts == self.cluster.rank).drop("position\n")
        frame = table.collect(engine="streaming")
        self.rows_of.setdefault(channel, len(frame))
        labels = frame[self.encoder.target].to_numpy()
        return Rows(frame.drop(self.encoder.target).to_numpy(), labels)


def _scan(file: Path, encoder: Encoder) -> pl.LazyFrame:
    """A file of encoded rows; its header is read apart, since polars leaves doubled quotes in a header as they are."""
    with file.open(encoding="utf-8", newline="") as lines:
        header = next(csv.reader(lines), [])
    if header != [*encoder.names, encoder.target]:
        raise TableError(f"{file.name}: expected the columns of the encoder, found {', '.join(header)}")
    types = dict.fromkeys(encoder.names, pl.Float32()) | {encoder.target: pl.Int32()}
    return pl.scan_csv(file, new_columns=header, schema=types)
