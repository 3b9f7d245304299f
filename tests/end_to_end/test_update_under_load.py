"""Production's endpoint is updated while fifty requests a second come in: by a good model, and by a bad one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from slipway import approval
from slipway.runs import Run
from tests.end_to_end.plant import ROOT, STACK, eventually, problems
from tests.end_to_end.steady import Steady, invoking
from tests.end_to_end.workshop import Workshop, opened

RATE = 50.0
ENDPOINT = f"{STACK}-production"
# Two instances, so that an update begins with a canary.
TWO = {"serving": {"production": {"instanceType": "ml.m5.large", "autoscaling": {"minCapacity": 2, "maxCapacity": 4}}}}
SERVER = "jobs/serve.py"
ANSWERS = "        return Answer(200, *await predicted(self._answers, asked, await asked.body()), {})\n"
# Good enough for the smoke test of stage Test, and of no use to fifty callers a second.
FAILS = (
    '        self.asked = getattr(self, "asked", 0) + 1\n        if self.asked > 30:\n            raise RuntimeError\n'
)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with opened(tmp_path_factory.mktemp("load") / ".slipway", TWO) as made:
        yield made


def served(workshop: Workshop) -> str:
    """The configuration that production serves with."""
    found = workshop.client("sagemaker").describe_endpoint(EndpointName=ENDPOINT)
    assert found["EndpointStatus"] == "InService", found
    return str(found["EndpointConfigName"])


def answered(workshop: Workshop, run_id: str) -> Run:
    """The run that waits for approval, approved and over."""
    approval.answer(workshop.plant.installed, "Approved", "approved by a test")
    return workshop.plant.ended(run_id)


def test_a_good_model_takes_over_without_a_dropped_request(workshop: Workshop) -> None:
    before = served(workshop)
    train = {"hyperparameters": {"max_depth": 4, "eta": 0.2}}
    run_id = workshop.pushed({**TWO, "train": train})
    workshop.until_approval(run_id)
    with Steady(invoking(workshop, ENDPOINT), RATE) as load:
        run = answered(workshop, run_id)
    assert run.status == "Succeeded", problems(run)
    assert served(workshop) != before
    assert load.errors == []
    assert load.rate > RATE * 0.95
    print(f"{len(load.told)} requests in {load.seconds:.0f} s, none dropped")


def test_a_bad_model_is_rolled_back_by_the_alarm_and_the_api_answers_from_the_old_one(workshop: Workshop) -> None:
    before, prediction = served(workshop), workshop.predict()["predictions"]
    text = (ROOT / SERVER).read_text()
    assert ANSWERS in text
    run_id = pushed(workshop, SERVER, text.replace(ANSWERS, FAILS + ANSWERS))
    workshop.until_approval(run_id)
    answers = []
    with Steady(invoking(workshop, ENDPOINT), RATE) as load:
        approval.answer(workshop.plant.installed, "Approved", "approved by a test")
        while not workshop.plant.run(run_id).done:
            answers.append(workshop.predict()["predictions"] if load.told and not load.told[-1].error else prediction)
        rolled_back = len(load.told)
        eventually(lambda: len(load.told) > rolled_back + 3 * RATE, "fifty requests a second after the rollback")
    run = workshop.plant.run(run_id)
    failed = [(stage, error) for stage, _, error in problems(run)]
    assert run.status == "Failed" and [stage for stage, _ in failed] == ["Production"], failed
    assert f"{STACK}-production-errors" in failed[0][1] or "alarm" in failed[0][1].lower(), failed
    assert served(workshop) == before
    assert [told.error for told in load.told[rolled_back:] if told.error] == []
    assert load.errors, "the bad model never answered"
    assert workshop.predict()["predictions"] == prediction
    assert answers


def pushed(workshop: Workshop, path: str, text: str) -> str:
    """Push another file; the run that this starts."""
    before = workshop.plant.newest()
    codecommit = workshop.client("codecommit")
    where = {"repositoryName": STACK, "branchName": "master"}
    tip = codecommit.get_branch(**where)["branch"]["commitId"]
    codecommit.put_file(**where, filePath=path, fileContent=text.encode(), parentCommitId=tip, commitMessage=path)
    return eventually(lambda: None if (newest := workshop.plant.newest()) == before else newest, "a run by the push")
