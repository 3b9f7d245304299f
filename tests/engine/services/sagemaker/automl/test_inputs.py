"""A table is looked at before it is learnt from."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.services.sagemaker.automl import features, inputs
from slipway.engine.services.sagemaker.failures import ClientFailure

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/autopilot-datasets-problem-types.html")

TEXT = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), min_size=1, max_size=9)


@given(values=st.lists(TEXT, min_size=1, max_size=30))
def test_every_row_is_counted_whatever_is_in_it(tmp_path_factory: pytest.TempPathFactory, values: list[str]) -> None:
    folder = tmp_path_factory.mktemp("table")
    with (folder / "a.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["x", "y"], *(["1", value] for value in values)])
    found = inputs.look(folder, "y")
    assert (found.columns, found.rows) == (["x", "y"], len(values))
    assert found.values == list(dict.fromkeys(values))[:3]


def test_files_of_one_channel_are_one_table(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "b.csv").write_text("﻿x,y\n3,4.5\n\n5,1e3\n", encoding="utf-8")
    found = inputs.look(tmp_path, "y")
    assert (found.rows, found.is_numeric) == (3, True)
    (tmp_path / "c.csv").write_text("y,x\n1,2\n")
    with pytest.raises(ClientFailure, match=r"has another header than the files before it"):
        inputs.look(tmp_path, "y")


def test_a_specification_may_name_features_types_or_both() -> None:
    columns = ["a", "b", "c"]
    assert features.parse('{"FeatureDataTypes": {"a": "text"}}', columns, "y") == features.Features(None, {"a": "text"})
    both = '{"FeatureAttributeNames": ["a", "b"], "FeatureDataTypes": {"a": "datetime"}}'
    assert features.parse(both, columns, "y") == features.Features(["a", "b"], {"a": "datetime"})
    outside = '{"FeatureAttributeNames": ["a"], "FeatureDataTypes": {"c": "text"}}'
    with pytest.raises(ClientFailure, match="c is not among FeatureAttributeNames"):
        features.parse(outside, columns, "y")
