"""Each deploy.mode, from the configuration that its page gives to a prediction of production."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from slipway import api, approval, local
from slipway.runs import Run
from tests.end_to_end.plant import ROOT, STACK, Plant, eventually, problems
from tests.end_to_end.workshop import CONFIGURATION, Document, customer


def configured(deploy: Document, production: Document | None = None) -> bytes:
    """The repository's configuration in another mode; the first test serves nothing that has instances."""
    document = json.loads((ROOT / CONFIGURATION).read_text("utf-8"))
    document["deploy"] = deploy
    document["serving"] = {"production": production} if production else {}
    return json.dumps(document).encode()


class Line:
    """An install whose mode changes from one push to the next, as AWS allows it."""

    def __init__(self, plant: Plant) -> None:
        self.plant = plant

    def client(self, service: str) -> Any:
        return self.plant.client(service)

    def launch(self, deploy: Document) -> Run:
        self.plant.launch({CONFIGURATION: configured(deploy)})
        return self.approved(self.plant.newest())

    def pushed(self, deploy: Document, production: Document | None = None) -> str:
        """The id of the run that a changed configuration starts."""
        before = self.plant.newest()
        tip = self.client("codecommit").get_branch(repositoryName=STACK, branchName="master")["branch"]["commitId"]
        self.client("codecommit").create_commit(
            repositoryName=STACK,
            branchName="master",
            parentCommitId=tip,
            commitMessage="Deploy another way",
            putFiles=[{"filePath": CONFIGURATION, "fileContent": configured(deploy, production)}],
        )
        return eventually(lambda: None if (newest := self.plant.newest()) == before else newest, "a run by the push")

    def approved(self, run_id: str) -> Run:
        """A run, approved and in production."""

        def waits() -> bool:
            run = self.plant.run(run_id)
            assert not run.done, problems(run)
            action = run.action("Test", "Approve")
            return action is not None and action.status == "InProgress"

        eventually(waits, f"{run_id} waits for approval", 300)
        approval.answer(self.plant.installed, "Approved", "approved by a test")
        run = eventually(lambda: found if (found := self.plant.run(run_id)).done else None, f"{run_id} is over", 300)
        assert run.status == "Succeeded", problems(run)
        return run

    def variant(self) -> Document:
        """Production's only variant, as SageMaker describes it."""
        endpoint = self.client("sagemaker").describe_endpoint(EndpointName=f"{STACK}-production")
        (found,) = endpoint["ProductionVariants"]
        return dict(found)

    def api(self) -> api.Api:
        return api.of(self.plant.installed, "production")


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    plant = Plant(tmp_path_factory.mktemp("modes") / ".slipway")
    try:
        yield Line(plant)
    finally:
        local.remove(plant.home)


def test_a_serverless_model_answers_without_instances(line: Line) -> None:
    line.launch({"mode": "serverless", "serverless": {"maxConcurrency": 2}})
    assert line.variant()["CurrentServerlessConfig"] == {"MaxConcurrency": 2, "MemorySizeInMB": 2048}
    assert set(line.api().predict(customer())["predictions"][0]) == {"label", "score"}
