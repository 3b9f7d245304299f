"""How a job's containers are asked."""

from __future__ import annotations

import pytest

from slipway.engine.services.sagemaker.transform.parameters import Parameters, chosen, environment

pytestmark = pytest.mark.specification("docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-batch-code.html")
WANTED = b'{"MaxConcurrentTransforms": 8, "BatchStrategy": "SINGLE_RECORD", "MaxPayloadInMB": 2}'


def test_the_request_comes_first_then_the_container_then_the_defaults() -> None:
    assert chosen({}, b"") == Parameters(1, 6, "MULTI_RECORD")
    assert chosen({"MaxConcurrentTransforms": 0}, WANTED) == Parameters(8, 2, "SINGLE_RECORD")
    assert chosen({"MaxPayloadInMB": 3, "BatchStrategy": "MultiRecord"}, WANTED) == Parameters(8, 3, "MULTI_RECORD")


@pytest.mark.parametrize("answer", [b"[]", b"not JSON", b'{"MaxPayloadInMB": "6", "BatchStrategy": "Some"}', b"{}"])
def test_an_answer_that_says_nothing_of_use_changes_nothing(answer: bytes) -> None:
    assert chosen({}, answer) == Parameters(1, 6, "MULTI_RECORD")


def test_only_what_the_request_gives_is_passed_in_variables() -> None:
    assert environment({}) == {"SAGEMAKER_BATCH": "true"}
    assert environment({"BatchStrategy": "SingleRecord", "MaxPayloadInMB": 1, "Environment": {"MY": "own"}}) == {
        "SAGEMAKER_BATCH": "true",
        "SAGEMAKER_BATCH_STRATEGY": "SINGLE_RECORD",
        "SAGEMAKER_MAX_PAYLOAD_IN_MB": "1",
        "MY": "own",
    }
