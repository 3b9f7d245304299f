from __future__ import annotations

import json
import signal
import threading
from pathlib import Path

import pytest

from config.data import telecom_churn
from jobs import answers, model
from jobs.asgi import LARGEST_BODY, SMALL_BODY, Application
from jobs.serve import OneModel
from tests.jobs.asking import ask, program

IDS = ("customer_id", "churn")


@pytest.fixture(scope="module")
def application(trained: Path) -> Application:
    return OneModel(answers.Predict(model.load(trained / "model")))


@pytest.fixture(scope="module")
def instances() -> list[dict[str, str]]:
    return [{n: v for n, v in row.items() if n not in IDS} for row in telecom_churn.make(seed=9, rows=20)]


def test_ping_answers_with_nothing(application: Application) -> None:
    assert ask(application, "GET", "/ping") == (200, "text/plain", b"")


def test_rows_get_a_label_and_a_score_each(application: Application, instances: list[dict[str, str]]) -> None:
    body = json.dumps({"instances": instances}).encode()
    status, content_type, answer = ask(application, "POST", "/invocations", [body], content_type="application/json")
    predictions = json.loads(answer)["predictions"]
    assert (status, content_type, len(predictions)) == (200, "application/json", 20)
    assert all(p["label"] == ("yes" if p["score"] > 0.5 else "no") for p in predictions)


def test_every_format_gets_the_same_scores(application: Application, instances: list[dict[str, str]]) -> None:
    bodies = {
        "application/json": json.dumps({"instances": instances}),
        "application/jsonlines": "\n".join(map(json.dumps, instances)),
        "text/csv": "\n".join(",".join(row.values()) for row in instances),
    }
    answers = {
        ask(application, "POST", "/invocations", [body.encode()], content_type=name, accept="text/csv")
        for name, body in bodies.items()
    }
    assert len(answers) == 1


def test_a_body_in_pieces_and_a_large_one_are_answered(
    application: Application, instances: list[dict[str, str]]
) -> None:
    line = (",".join(instances[0].values()) + "\n").encode()
    pieces = [line[:10], line[10:], line * (SMALL_BODY // len(line) + 1)]
    status, _, answer = ask(application, "POST", "/invocations", pieces, content_type="text/csv")
    assert status == 200
    assert len(set(answer.splitlines())) == 1


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status", "message"),
    [
        pytest.param("GET", "/", {}, b"", 404, "expected /ping or /invocations, found /", id="path"),
        pytest.param("POST", "/ping", {}, b"", 405, "expected GET /ping, found POST", id="POST ping"),
        pytest.param(
            "GET", "/invocations", {}, b"", 405, "expected POST /invocations, found GET", id="GET invocations"
        ),
        pytest.param(
            "POST",
            "/invocations",
            {},
            b"",
            415,
            "Content-Type: expected text/csv, application/json, application/jsonlines; found none",
            id="content type",
        ),
        pytest.param(
            "POST",
            "/invocations",
            {"content_type": "text/csv", "content_length": str(LARGEST_BODY + 1)},
            b"",
            413,
            f"expected a body of at most {LARGEST_BODY} bytes, found {LARGEST_BODY + 1}",
            id="announced too large",
        ),
        pytest.param(
            "POST",
            "/invocations",
            {"content_type": "text/csv"},
            b"x" * (LARGEST_BODY + 1),
            413,
            f"expected a body of at most {LARGEST_BODY} bytes, found {LARGEST_BODY + 1}",
            id="too large without saying so",
        ),
        pytest.param(
            "POST",
            "/invocations",
            {"content_type": "text/csv"},
            b"TX,1",
            400,
            "row 1: expected 17 values, found 2",
            id="row",
        ),
    ],
)
def test_what_cannot_be_answered_says_why(
    method: str, path: str, headers: dict[str, str], body: bytes, status: int, message: str, application: Application
) -> None:
    assert ask(application, method, path, [body], **headers) == (
        status,
        "application/json",
        json.dumps({"error": message}, separators=(",", ":")).encode(),
    )


def test_threads_get_the_answers_that_one_would(application: Application, instances: list[dict[str, str]]) -> None:
    bodies = [json.dumps({"instances": [row]}).encode() for row in instances]

    def answer(body: bytes) -> bytes:
        return ask(application, "POST", "/invocations", [body], content_type="application/json")[2]

    expected = [answer(body) for body in bodies]
    found: list[list[bytes]] = [[] for _ in range(4)]
    threads = [threading.Thread(target=lambda n=n: found[n].extend(map(answer, bodies))) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


def test_the_program_serves_until_sigterm(trained: Path, instances: list[dict[str, str]]) -> None:
    with program(trained) as served:
        assert served.ask("GET", "/ping").status == 200
        body = json.dumps({"instances": instances}).encode()
        found = served.ask("POST", "/invocations", body, {"Content-Type": "application/json"})
        assert len(json.loads(found.body)["predictions"]) == 20
        served.child.send_signal(signal.SIGTERM)
        assert served.child.wait(timeout=60) in (0, -signal.SIGTERM)
