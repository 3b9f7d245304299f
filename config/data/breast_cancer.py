"""Export scikit-learn's breast-cancer table: `python -m config.data.breast_cancer > breast-cancer.csv`.

569 tumours measured at the University of Wisconsin
(scikit-learn.org/stable/datasets/toy_dataset.html#breast-cancer-dataset). The table is kept in the repository, so that
nobody needs scikit-learn to try the second example; this is how it was made, with scikit-learn 1.9 installed for once.
"""

from __future__ import annotations

import csv
import sys
from importlib import import_module
from typing import TextIO


def write(file: TextIO) -> None:
    """Write the table with underscores in its column names and the diagnosis, malignant or benign, last."""
    table = import_module("sklearn.datasets").load_breast_cancer()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*(name.replace(" ", "_") for name in table.feature_names), "diagnosis"])
    for values, target in zip(table.data.tolist(), table.target.tolist(), strict=True):
        writer.writerow([*values, table.target_names[target]])


if __name__ == "__main__":
    write(sys.stdout)
