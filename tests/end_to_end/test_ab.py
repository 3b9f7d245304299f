"""An A/B test as a person runs it: start, call, look, weigh, promote; one that is interrupted and stopped; and the
pipeline's runs meanwhile and afterwards.

The tests are one story, in this order.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from slipway import api, approval
from tests.end_to_end.plant import ROOT, STACK, eventually, problems
from tests.end_to_end.support import run_slipway, succeed
from tests.end_to_end.trials import ab, called, champion, guarded, interrupted, rollbacks, started, status_of, variants
from tests.end_to_end.workshop import Document, Workshop, changed, opened

# So many rows that chance hides no difference between a good model and one that learnt next to nothing.
CALLS, ROWS, SHARE = 200, 5, 0.4
SERVING = changed({})["serving"]
# Whatever is asked is captured; the second model learns next to nothing, and passes the gate with it.
FIRST: Document = {"serving": {**SERVING, "production": {**SERVING["production"], "dataCapturePercentage": 100}}}
SECOND: Document = {
    **FIRST,
    "train": {"hyperparameters": {"max_depth": 1, "num_round": 1}},
    "evaluate": {"threshold": 0.5},
}


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with opened(tmp_path_factory.mktemp("ab") / ".slipway", FIRST) as made:
        yield made


@pytest.fixture(scope="module")
def second_run(workshop: Workshop) -> str:
    """A run whose model waits for approval."""
    run_id = workshop.pushed(SECOND)
    workshop.until_approval(run_id)
    return run_id


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    """Customers of the sample data, and what became of them."""
    numbers = {column["name"] for column in changed({})["dataset"]["columns"] if column["type"] == "number"}
    with (ROOT / "config/data/telecom-churn.csv").open(encoding="utf-8", newline="") as lines:
        found = [row for _, row in zip(range(CALLS * ROWS), csv.DictReader(lines), strict=False)]
    return [{name: _value(text, name in numbers) for name, text in row.items()} for row in found]


def _value(text: str, is_number: bool) -> float | str | None:
    return (float(text) if is_number else text) if text else None


def test_a_test_is_started_weighed_and_measured(
    workshop: Workshop, second_run: str, rows: list[dict[str, Any]], tmp_path: Path
) -> None:
    home, before = workshop.plant.home, champion(workshop)
    refused = run_slipway(home, "ab", "start", "--candidate", "2", "--stack", STACK)
    assert (refused.returncode, "add --yes" in refused.stderr) == (2, True), refused.stderr
    begun = ab(workshop, "start", "--candidate", "2", "--weight", str(SHARE), "--yes")
    assert (begun["started"], begun["candidate"]) == (True, before[:-1] + "2")
    assert begun["variants"]["candidate"]["share"] == pytest.approx(SHARE)
    assert ab(workshop, "start", "--candidate", "2", "--yes")["started"] is False

    where = api.of(workshop.plant.installed, "production")
    requests = [rows[first : first + ROWS] for first in range(0, len(rows), ROWS)]
    answered = [(asked, *called(where, *asked)) for asked in requests]
    counts = Counter(variant for _, _, variant in answered)
    # Four standard deviations of a binomial.
    assert counts["candidate"] / CALLS == pytest.approx(SHARE, abs=0.14)
    assert counts["default"] + counts["candidate"] == CALLS

    by_id, by_content = tmp_path / "by-id.csv", tmp_path / "by-content.csv"
    lines = [f"{inference_id},{row['churn']}" for asked, inference_id, _ in answered for row in asked]
    by_id.write_text("\n".join(["inferenceId,label", *lines]))
    with by_content.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)

    def captured() -> Any:
        told = ab(workshop, "status", "--truth", str(by_id))["comparison"]
        return told if told["default"]["answers"] + told["candidate"]["answers"] == len(rows) else None

    told = eventually(captured, "every answer is captured")
    expected = {name: count * ROWS for name, count in counts.items()}
    assert {name: told[name]["answers"] for name in counts} == expected
    assert {name: told[name]["judged"] for name in counts} == expected
    assert told["metric"] == "roc_auc"
    assert told["candidate"]["value"] < told["default"]["value"]
    assert told["verdict"] == "worse", told["text"]
    again = ab(workshop, "status", "--truth", str(by_content))["comparison"]
    assert (again["default"]["value"], again["candidate"]["value"]) == (
        told["default"]["value"],
        told["candidate"]["value"],
    )
    assert "give it by --truth" in succeed(home, "ab", "status", "--stack", STACK)

    difference = told["interval"]
    assert difference[0] < told["difference"] < difference[1] < 0
    for name in counts:
        low, high = told[name]["interval"]
        assert low <= told[name]["value"] <= high

    weighed = ab(workshop, "weights", "--weight", "1")
    assert weighed["variants"]["candidate"]["share"] == 1
    assert {called(where, row)[1] for row in rows[:10]} == {"candidate"}


def test_a_run_is_refused_while_a_test_is_on_and_nothing_is_rolled_back(workshop: Workshop, second_run: str) -> None:
    before = champion(workshop)
    approval.answer(workshop.plant.installed, "Approved", "approved by a test")
    run = workshop.plant.ended(second_run)
    assert [(stage, action) for stage, action, _ in problems(run)] == [("Test", "Check")]
    (_, _, why) = problems(run)[0]
    assert "TestRunning: expected no A/B test on plant-production; found one of" in why
    assert "then `slipway retry Test` takes this run up again" in why
    assert rollbacks(workshop) == []
    assert (variants(workshop), champion(workshop)) == ({"default", "candidate"}, before)


def test_the_candidate_is_promoted_and_its_run_goes_on_to_production(
    workshop: Workshop, second_run: str, rows: list[dict[str, Any]]
) -> None:
    promoted = champion(workshop)[:-1] + "2"
    assert ab(workshop, "promote")["champion"] == promoted
    assert (variants(workshop), champion(workshop), guarded(workshop)) == ({"default"}, promoted, "false")
    assert called(api.of(workshop.plant.installed, "production"), rows[0])[1] == "default"

    # Neither the training nor the approval is asked for again.
    workshop.plant.retry(second_run, "Test")
    eventually(lambda: not workshop.plant.run(second_run).done, "the run goes on")
    run = workshop.plant.ended(second_run)
    assert run.status == "Succeeded", problems(run)
    assert (variants(workshop), champion(workshop), guarded(workshop)) == ({"default"}, promoted, "true")


def test_a_test_that_is_interrupted_is_taken_up_and_stopped(workshop: Workshop) -> None:
    now = champion(workshop)
    interrupted(workshop, "start", "--candidate", "1")
    assert ab(workshop, "start", "--candidate", "1")["started"] is False, "it waits for what goes on, and finds it on"
    assert variants(workshop) == {"default", "candidate"}
    assert ab(workshop, "stop")["champion"] == now
    assert (variants(workshop), champion(workshop)) == ({"default"}, now)
    ended = run_slipway(workshop.plant.home, "ab", "stop", "--stack", STACK)
    assert (ended.returncode, "no test is on: production runs model 2 alone" in ended.stderr) == (4, True)


def test_a_test_that_begins_after_the_check_is_neither_ended_nor_rolled_back(workshop: Workshop) -> None:
    """The run has been checked and waits at the stage's door."""
    now, pipeline = champion(workshop), workshop.client("codepipeline")
    door = {"pipelineName": STACK, "stageName": "Production", "transitionType": "Inbound"}
    pipeline.disable_stage_transition(**door, reason="a test")
    run_id = started(workshop)
    workshop.until_approval(run_id)
    approval.answer(workshop.plant.installed, "Approved", "approved by a test")
    eventually(lambda: status_of(workshop, run_id, "Check") == "Succeeded", "the run has been checked")
    ab(workshop, "start", "--candidate", "1")
    pipeline.enable_stage_transition(**door)

    run = workshop.plant.ended(run_id)
    assert [(stage, action) for stage, action, _ in problems(run)] == [("Production", "Promote")]
    (rollback,) = eventually(lambda: rollbacks(workshop), "a failure of Production starts a rollback")
    rolled = workshop.plant.ended(rollback)
    assert [(stage, action) for stage, action, _ in problems(rolled)] == [("Production", "Promote")]
    assert "TestRunning" in problems(rolled)[0][2]
    assert rollbacks(workshop) == [rollback], "a rollback that fails is not rolled back"
    assert (variants(workshop), champion(workshop)) == ({"default", "candidate"}, now)


def test_a_promotion_that_the_engines_end_interrupts_is_finished(workshop: Workshop) -> None:
    promoted = champion(workshop)[:-1] + "1"
    interrupted(workshop, "promote", kill=workshop.plant.kill)
    workshop.plant.revive()
    half = run_slipway(workshop.plant.home, "ab", "status", "--stack", STACK)
    assert (half.returncode, "was interrupted; the command that began it finishes it" in half.stderr) == (1, True)
    finished = run_slipway(workshop.plant.home, "ab", "promote", "--stack", STACK)
    assert "no test is on: production runs model 1 alone" in finished.stderr
    assert (variants(workshop), champion(workshop)) == ({"default"}, promoted)


def test_the_next_run_reaches_production_and_is_guarded_again(workshop: Workshop) -> None:
    """It reuses the second model's training, which is compared with the champion that a test has made."""
    assert guarded(workshop) == "false"
    workshop.approved(started(workshop))
    assert (variants(workshop), guarded(workshop)) == ({"default"}, "true")
    assert champion(workshop).endswith("/2")
