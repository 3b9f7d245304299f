"""Throttled calls and a killed job; then production's endpoint is updated under load, by a good model and by a bad one.

`make soak-throttled` makes twenty of the first runs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from random import Random

import pytest
from botocore.config import Config

from slipway import api, approval
from slipway.runs import Run
from tests.end_to_end.plant import ROOT, STACK, eventually, problems
from tests.end_to_end.steady import THREADS, Steady
from tests.end_to_end.workshop import Workshop, customer, opened
from tests.soak.throttled import Throttled

RATE = 50.0
# Its run loses its first processing job.
SEED = "7"
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


def test_a_run_under_throttling_with_a_killed_job_leaves_nothing_half_deployed(workshop: Workshop) -> None:
    throttled = Throttled(workshop, Random(SEED), print, TWO)  # noqa: S311 - faults, no secrets
    outcome = throttled.run(1)
    print(outcome.line())
    assert outcome.throttled > 0.02 * outcome.calls
    assert outcome.killed == 1, "the job of this seed is killed"


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
    # It is a load whatever share of the machine is left for asking.
    assert load.rate > RATE / 5
    print(f"{len(load.told)} requests in {load.seconds:.0f} s, none dropped")


def test_a_bad_model_is_rolled_back_by_the_alarm_and_the_api_answers_from_the_old_one(workshop: Workshop) -> None:
    before, called = served(workshop), api.of(workshop.plant.installed, "production")
    prediction = called.predict(customer()).body["predictions"]
    text = (ROOT / SERVER).read_text()
    assert ANSWERS in text
    run_id = pushed(workshop, SERVER, text.replace(ANSWERS, FAILS + ANSWERS))
    workshop.until_approval(run_id)
    approval.answer(workshop.plant.installed, "Approved", "approved by a test")
    with Steady(invoking(workshop, ENDPOINT), RATE) as load:
        statuses = {called.call(customer()).status for _ in iter(lambda: workshop.plant.run(run_id).done, True)}
        rolled_back = len(load.told)
        eventually(lambda: len(load.told) > rolled_back + 3 * RATE, "fifty requests a second after the rollback")
    failed = [(stage, error) for stage, _, error in problems(workshop.plant.run(run_id))]
    # The stack's action, and the smoke test beside it.
    assert {stage for stage, _ in failed} == {"Production"}, failed
    told = reasons(workshop)
    assert any("were tripped: " in reason for reason in told), (failed, told)
    assert served(workshop) == before
    assert load.errors, "the bad model has never answered"
    assert [told.error for told in load.told[rolled_back:] if told.error] == []
    assert 200 in statuses, "the old model answers while the bad one is tried"
    assert called.predict(customer()).body["predictions"] == prediction
    print(f"{len(load.errors)} of {len(load.told)} requests met the bad model, none after the rollback")


def reasons(workshop: Workshop) -> list[str]:
    """What production's stacks say of themselves."""
    cloudformation = workshop.client("cloudformation")
    stacks = [stack["StackName"] for stack in cloudformation.describe_stacks()["Stacks"]]
    events = [
        event
        for name in stacks
        if name.startswith(ENDPOINT)
        for event in cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    ]
    return [event.get("ResourceStatusReason", "") for event in events]


def invoking(workshop: Workshop, endpoint: str) -> Callable[[], object]:
    """One request to an endpoint, which nobody makes again."""
    engine = workshop.plant.engine
    config = Config(retries={"total_max_attempts": 1}, max_pool_connections=THREADS)
    runtime = engine.session().client("sagemaker-runtime", endpoint_url=engine.url, config=config)
    body = json.dumps({"instances": [customer()]})

    def ask() -> object:
        answer = runtime.invoke_endpoint(EndpointName=endpoint, ContentType="application/json", Body=body)
        return answer["Body"].read()

    return ask


def pushed(workshop: Workshop, path: str, text: str) -> str:
    """Push another file; the run that this starts."""
    before = workshop.plant.newest()
    codecommit = workshop.client("codecommit")
    where = {"repositoryName": STACK, "branchName": "master"}
    tip = codecommit.get_branch(**where)["branch"]["commitId"]
    codecommit.put_file(**where, filePath=path, fileContent=text.encode(), parentCommitId=tip, commitMessage=path)
    return eventually(lambda: None if (newest := workshop.plant.newest()) == before else newest, "a run by the push")
