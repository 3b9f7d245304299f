"""Rows as text, in the two formats that files and requests share; a server needs no library but those here."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from .errors import UserError

SNIPPET = 50


@dataclass
class Table:
    """Rows of a channel: `features` is a dense array or a sparse matrix."""

    features: Any
    label: Any
    weight: Any = None
    groups: Any = None

    @property
    def rows(self) -> int:
        """How many."""
        return int(self.features.shape[0])


@dataclass
class Sparse:
    """Rows of libsvm while they are read."""

    labels: list[float] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=lambda: [0])
    columns: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def add(self, line: str) -> None:
        """One row; ValueError when it is none."""
        label, *features = line.split()
        number, colon, weight = label.partition(":")
        self.labels.append(float(number))
        if colon:
            self.weights.append(float(weight))
        for index, value in (feature.split(":") for feature in features):
            if index == "qid":
                self.groups.append(int(value))
            else:
                self.columns.append(int(index))
                self.values.append(float(value))
        self.ends.append(len(self.values))

    def table(self) -> Table:
        """What was read."""
        width = max(self.columns, default=-1) + 1
        data = np.array(self.values, np.float32)
        features = csr_matrix((data, self.columns, self.ends), (len(self.labels), width))
        rows = len(self.labels)
        weight = np.array(self.weights, np.float32) if len(self.weights) == rows else None
        groups = np.array(self.groups) if len(self.groups) == rows else None
        return Table(features, np.array(self.labels, np.float32), weight, groups)


def delimiter_of(line: str) -> str:
    """The separator of a line of CSV; one column needs none."""
    try:
        float(line)
    except ValueError:
        pass
    else:
        return ","
    try:
        return csv.Sniffer().sniff(line, delimiters=",;\t| ").delimiter
    except csv.Error as error:
        raise UserError(f"Could not determine delimiter on line {line[:SNIPPET]}:\n{error}") from error


def features_of_libsvm(text: str) -> Any:
    """The rows of a request, whose labels may be left out."""
    rows = Sparse()
    for line in text.splitlines():
        rows.add(line if ":" not in line.split()[0] else f"0 {line}")
    return rows.table().features


def features_of_csv(text: str) -> Any:
    """The rows of a request: features only; an empty field is missing."""
    lines = text.splitlines()
    separator = delimiter_of(lines[0])
    return np.array([[field or "nan" for field in line.split(separator)] for line in lines], np.float32)


def widened(features: Any, width: int) -> Any:
    """Sparse features with as many columns as the model has."""
    missing = width - features.shape[1]
    if missing <= 0:
        return features
    return csr_matrix((features.data, features.indices, features.indptr), (features.shape[0], width))
