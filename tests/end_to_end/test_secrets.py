"""No secret is in a log, an artifact, an environment or the journal of an install whose runs went well and badly."""

from __future__ import annotations

import os

from tests.end_to_end import planted
from tests.end_to_end.plant import Plant
from tests.end_to_end.secrecy import environments, everything, leaks


def test_no_secret_is_left_where_it_can_be_read(plant: Plant) -> None:
    secrets = {"the shell's": os.environ[planted.VARIABLE], **planted.plant(plant.engine)}
    build = planted.tempt(plant.engine)
    assert build["buildStatus"] == "SUCCEEDED", build["phases"]
    tokens = {path.name: path.read_text() for path in (plant.home / "container-tokens").iterdir()}
    assert leaks(plant.engine, secrets | tokens) == []
    processes = dict(environments(plant.engine))
    assert any(place.startswith("the environment of endpoint/") for place in processes)
    for place, variables in processes.items():
        assert not [name for name, value in secrets.items() if value.encode() in variables], place


def test_the_search_looks_at_logs_artifacts_histories_and_the_journal(plant: Plant) -> None:
    places = [place for place, _ in everything(plant.engine)]
    for looked_at in ("the log /aws/codebuild/", "the log /aws/sagemaker/", "s3://", "the history of ", "the stack "):
        assert any(place.startswith(looked_at) for place in places), looked_at
    assert any(".zip/" in place or ".tar.gz/" in place for place in places), "archives are opened"
    assert {"journal.jsonl", "engine.log", "builds", "functions"} <= set(places)
