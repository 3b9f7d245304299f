from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs import answers, autopilot
from jobs.answers import Translate
from jobs.encoder import Encoder
from jobs.errors import RequestError

ENCODER = Encoder(target="t", task="binary", classes=("no", "yes"), missing_values=frozenset(), features=())


@pytest.mark.parametrize(
    ("line", "score"),
    [
        pytest.param("""yes,"[0.1, 0.9]","['no', 'yes']"\n""", 0.9, id="positive class last"),
        pytest.param("""yes,"[0.9, 0.1]","['yes', 'no']"\n""", 0.9, id="positive class first"),
    ],
)
def test_the_score_is_the_positive_classs_wherever_it_stands(line: str, score: float) -> None:
    assert autopilot.predictions(line.encode(), ENCODER) == [{"label": "yes", "score": score}]


OTHERS = (
    "yes",
    'yes,0.9,"[1]"',
    "yes,[0.1],['maybe']",
    "yes,__import__('os'),[]",
    "yes,[0.1 0.9],['no' 'yes']",
    "a,{,}",
)


@pytest.mark.parametrize("line", OTHERS)
def test_another_answer_is_refused_with_what_it_is(line: str) -> None:
    with pytest.raises(RequestError, match="expected label, probabilities and labels of the model before, found"):
        autopilot.predictions(line.encode(), ENCODER)


@given(st.text())
def test_whatever_comes_is_predictions_or_refused(text: str) -> None:
    try:
        found = autopilot.predictions(text.encode("utf-8", "replace"), ENCODER)
    except RequestError:
        return
    assert all(set(one) == {"label", "score"} for one in found)


def test_the_container_answers_what_callers_accept(tmp_path: Path) -> None:
    ENCODER.save(tmp_path)
    face = answers.load(tmp_path, {"SERVE": "translate"})
    assert isinstance(face, Translate)
    body = b"""no,"[0.75, 0.25]","['no', 'yes']"\n"""
    kind, said = face(body, "text/csv", "application/json")
    assert (kind, json.loads(said)) == ("application/json", {"predictions": [{"label": "no", "score": 0.25}]})
    assert face(body, "text/csv", "text/csv") == ("text/csv", b"no,0.25\n")
