"""The Prepare step: check the table, deal its rows to three parts, fit the encoder on one of them, encode.

A SageMaker processing job. Inputs `dataset` (CSV files) and `config` (execution.json); outputs `train`, `validation`
and `test` (encoded, the target last, or as SageMaker's own algorithms read them), `encoder` (encoder.json, and the same
packed as a model, for the containers that only encode or decode), `holdout` (the raw rows of the test part, by which
models with other encoders can be measured too) and `features` (the same rows as a caller sends them, for models that
only their own containers can ask).
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from jobs import fitting, frames, paths, rows, settings
from jobs.encoder import Encoder
from jobs.settings import Settings


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
        fitting.save(encoder, paths.processing_output("encoder"))
        for part, file in files.items():
            _encode(file, encoder, configuration, paths.processing_output(part))
            print(f"{part}: {result.rows(part)} rows, {dict(sorted(result.classes[part].items()))}")
        shutil.copyfile(files["test"], paths.processing_output("holdout") / "holdout.csv")
        frames.features(files["test"], configuration, paths.processing_output("features") / "features.csv")
    print(f"encoded {len(configuration.features)} columns as {len(encoder.names)}; target {encoder.target!r}")


def _encode(part: Path, encoder: Encoder, configuration: Settings, folder: Path) -> None:
    """Write a part as the one who trains reads it."""
    if configuration.engine == "container":
        frames.encode(part, encoder, configuration, folder / part.name)
    elif configuration.engine == "xgboost":
        frames.encode_for_built_in(part, encoder, configuration, folder)
    else:
        # These hold out rows for validation by themselves.
        ours = folder if part.stem != "validation" else paths.processing_output("train")
        frames.arrange(part, configuration, ours / part.name)
