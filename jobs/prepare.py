"""The Prepare step: check the table, deal its rows to three parts, fit the encoder on one of them, encode.

A SageMaker processing job. Inputs `dataset` (CSV files) and `config` (execution.json); outputs `train`, `validation`
and `test` (encoded, the target last), `encoder` (encoder.json) and `holdout` (the raw rows of the test part, by which
models with other encoders can be measured too).
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from jobs import frames, paths, rows, settings


def main() -> None:
    """Run the job."""
    configuration = settings.load(paths.processing_input("config"))
    tables = rows.tables(paths.processing_input("dataset"))
    with tempfile.TemporaryDirectory() as folder:
        parts = Path(folder)
        result = rows.deal(tables, configuration, parts)
        classes = rows.check(result, configuration)
        files = {part: parts / f"{part}.csv" for part in rows.PARTS}
        frames.check_values(list(files.values()), tables, configuration)
        encoder = frames.fit(files["train"], classes, configuration)
        encoder.save(paths.processing_output("encoder"))
        for part, file in files.items():
            frames.encode(file, encoder, configuration, paths.processing_output(part) / f"{part}.csv")
            print(f"{part}: {result.rows(part)} rows, {dict(sorted(result.classes[part].items()))}")
        shutil.copyfile(files["test"], paths.processing_output("holdout") / "holdout.csv")
    print(f"encoded {len(configuration.features)} columns as {len(encoder.names)}; target {encoder.target!r}")
