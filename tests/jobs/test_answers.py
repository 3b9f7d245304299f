from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from config.data import telecom_churn
from jobs import answers, formats, model
from jobs import encoder as encoders
from jobs.errors import ConfigurationError, RequestError

IDS = ("customer_id", "churn")
ROWS = [[v for n, v in row.items() if n not in IDS] for row in telecom_churn.make(seed=9, rows=5)]
CSV_ROWS = "\n".join(",".join(map(str, row)) for row in ROWS).encode()


def test_what_is_encoded_is_what_the_model_sees(trained: Path) -> None:
    encoder = encoders.load(trained / "model")
    content_type, body = answers.Encode(encoder)(CSV_ROWS, "text/csv", "application/json")
    assert content_type == "text/csv"
    matrix = np.array([[float(value) for value in line.split(",")] for line in body.decode().splitlines()], np.float32)
    assert (matrix == encoder.encode(ROWS)).all()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"0.25\n0.75\n", "text/csv; charset=utf-8"),
        (b"0.25,0.75", "text/csv"),
        (b'{"predictions": [{"score": 0.25}, {"score": 0.75}]}', "application/json"),
    ],
)
def test_scores_become_labels_and_scores(trained: Path, body: bytes, content_type: str) -> None:
    wanted, answer = answers.Decode(encoders.load(trained / "model"))(body, content_type, "")
    assert wanted == "application/json"
    assert json.loads(answer) == {"predictions": [{"label": "no", "score": 0.25}, {"label": "yes", "score": 0.75}]}


def test_both_halves_around_the_same_scores_answer_as_the_whole(trained: Path) -> None:
    whole = model.load(trained / "model")
    _, expected = answers.Predict(whole)(CSV_ROWS, "text/csv", "application/json")
    scores = "\n".join(str(p["score"]) for p in json.loads(expected)["predictions"]).encode()
    _, answer = answers.Decode(whole.encoder)(scores, "text/csv", "application/json")
    assert json.loads(answer) == json.loads(expected)


@pytest.mark.parametrize("body", [b"yes,no", b"", b'{"predictions": 1}'])
def test_what_is_no_score_is_refused_with_what_was_found(trained: Path, body: bytes) -> None:
    decode = answers.Decode(encoders.load(trained / "model"))
    with pytest.raises(RequestError, match="expected scores of the model before, found"):
        decode(body, formats.JSON if body.startswith(b"{") else formats.CSV, "")


@pytest.mark.parametrize(
    ("environment", "kind"),
    [({}, answers.Predict), ({"SERVE": "encode"}, answers.Encode), ({"SERVE": "decode"}, answers.Decode)],
)
def test_a_variable_says_which_half_a_container_is(
    trained: Path, environment: dict[str, str], kind: type[object]
) -> None:
    assert isinstance(answers.load(trained / "model", environment), kind)


def test_another_half_is_refused(trained: Path) -> None:
    with pytest.raises(
        ConfigurationError, match="SERVE: expected predict, encode, arrange, decode, translate, found 'both'"
    ):
        answers.load(trained / "model", {"SERVE": "both"})
