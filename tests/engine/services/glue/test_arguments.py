"""Arguments: merged, held to what is executed, and as the script reads them."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.errors import AwsError
from slipway.engine.services.glue import arguments, service

pytestmark = pytest.mark.specification(
    "docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html"
)
RUNTIME = Path(service.__file__).parent / "runtime"
NAMES = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=8)
VALUES = st.text(min_size=1, max_size=20).filter(lambda text: not text.startswith("-") and text.strip() == text)


@pytest.fixture(scope="module")
def utils() -> Iterator[Any]:
    """`awsglue.utils`, as a script imports it."""
    sys.path.insert(0, str(RUNTIME))
    yield importlib.import_module("awsglue.utils")
    sys.path.remove(str(RUNTIME))


@given(st.dictionaries(NAMES, VALUES), st.dictionaries(NAMES, VALUES), st.dictionaries(NAMES, VALUES))
def test_what_cannot_be_overridden_comes_first_then_the_run_then_the_job(
    defaults: dict[str, str], run: dict[str, str], fixed: dict[str, str]
) -> None:
    merged = arguments.merged({"DefaultArguments": defaults, "NonOverridableArguments": fixed}, run)
    assert set(merged) == set(defaults) | set(run) | set(fixed)
    assert all(merged[name] == fixed.get(name, run.get(name, defaults.get(name))) for name in merged)


@pytest.mark.specification(
    "docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-get-resolved-options.html"
)
@given(found=st.dictionaries(NAMES, VALUES, min_size=1))
def test_a_script_reads_the_arguments_that_it_was_given(utils: Any, found: dict[str, str]) -> None:
    run = {"JobName": "j", "Id": "jr_1", "Arguments": {f"--x-{name}": value for name, value in found.items()}}
    words = ["script.py", *arguments.argv(run, "glueetl")]
    options = utils.getResolvedOptions(words, ["JOB_NAME", *(f"x-{name}" for name in found)])
    assert options["JOB_NAME"] == "j"
    assert {name: options[f"x_{name}"] for name in found} == found


def test_a_workflows_run_is_told_to_the_script() -> None:
    run = {"JobName": "j", "Id": "jr_1", "Arguments": {}, "_workflow": {"name": "w", "run": "wr_1"}}
    assert arguments.argv(run, "pythonshell") == ["--WORKFLOW_NAME", "w", "--WORKFLOW_RUN_ID", "wr_1"]


def test_an_argument_that_is_missing_or_reserved_is_told(utils: Any) -> None:
    with pytest.raises(utils.GlueArgumentError, match="the following arguments are required: --label"):
        utils.getResolvedOptions(["script.py"], ["label"])
    with pytest.raises(RuntimeError, match="reserved arguments job-bookmark-option"):
        utils.getResolvedOptions(["script.py"], ["job-bookmark-option"])


@pytest.mark.parametrize("name", sorted(arguments._REFUSED))
def test_a_special_parameter_that_is_not_executed_is_refused_by_name(name: str) -> None:
    with pytest.raises(AwsError, match=f"CreateJob: the argument {name} is not executed"):
        arguments.check("CreateJob", {name: "x"})


@pytest.mark.parametrize(
    ("name", "value", "good"),
    [
        ("--job-bookmark-option", "job-bookmark-enable", "job-bookmark-disable"),
        ("--job-language", "scala", "python"),
        ("--enable-glue-datacatalog", "true", "false"),
        ("--additional-python-modules", "git+https://example.com/x", "numpy==2.0.0,polars"),
    ],
)
def test_a_special_parameter_may_have_the_values_that_are_executed(name: str, value: str, good: str) -> None:
    arguments.check("CreateJob", {name: good})
    with pytest.raises(AwsError, match="is not executed by the local engine"):
        arguments.check("CreateJob", {name: value})
