"""`prepare.engine: glue`, as docs/preparation.md has it, through the state machine to a model that serves."""

from __future__ import annotations

import pytest

from tests.end_to_end.workshop import Document, Workshop, customer
from tests.heavy.test_foreign_engines import AUTOGLUON, AUTOPILOT

BY_SPARK = {"prepare": {"engine": "glue", "workerType": "G.1X", "workers": 2}}


def _engine(train: Document) -> str:
    return str(train["engine"])


def prepared(workshop: Workshop, run: str) -> dict[str, bytes]:
    """What the Prepare step of a run left, by name."""
    bucket, _, prefix = f"{run}/prepare/".removeprefix("s3://").partition("/")
    s3 = workshop.client("s3")
    keys = [found["Key"] for found in s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]]
    return {key.removeprefix(prefix): s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


def test_spark_leaves_what_polars_leaves_and_the_model_serves(workshop: Workshop) -> None:
    by_spark = workshop.execute(BY_SPARK, 900)
    assert by_spark.status == "SUCCEEDED", by_spark.error
    by_polars = workshop.execute({}, 600)
    found, expected = (prepared(workshop, executed.output["run"]) for executed in (by_spark, by_polars))
    assert found == expected
    assert by_spark.output["metrics"] == by_polars.output["metrics"]
    assert set(workshop.serve(by_spark, customer())["predictions"][0]) == {"label", "score"}


@pytest.mark.parametrize("train", [{"engine": "xgboost"}, AUTOGLUON["train"], AUTOPILOT["train"]], ids=_engine)
def test_other_engines_train_on_what_spark_leaves_for_them(workshop: Workshop, train: Document) -> None:
    executed = workshop.execute({**BY_SPARK, "train": train}, 900)
    assert set(workshop.serve(executed, customer())["predictions"][0]) == {"label", "score"}
    assert executed.output["metrics"]["roc_auc"] > 0.8
    # That of the job image, whatever the candidate's engine.
    assert executed.output["championMetrics"]["roc_auc"] > 0.8


def test_a_table_that_is_wrong_is_refused_by_step_job_and_reason(workshop: Workshop) -> None:
    refused = workshop.execute({**BY_SPARK, "evaluate": {"positiveClass": "perhaps"}}, 900)
    assert refused.status == "FAILED"
    assert refused.error == (
        "PrepareBySpark: States.TaskFailed: TableError: "
        "evaluate.positiveClass is 'perhaps', column 'churn' holds 'no', 'yes'"
    )
