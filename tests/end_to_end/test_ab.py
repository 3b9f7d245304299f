"""An A/B test as a person runs it: start, call, weigh, look, promote; and one that is stopped."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

from slipway import api, approval, local
from slipway.api import Api
from tests.end_to_end.plant import ROOT, STACK, Plant
from tests.end_to_end.support import run_slipway, succeed
from tests.end_to_end.workshop import Document, Workshop, changed, eventually

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
    plant = Plant(tmp_path_factory.mktemp("ab") / ".slipway")
    try:
        yield Workshop(plant, FIRST)
    finally:
        local.remove(plant.home)


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


def ab(workshop: Workshop, *arguments: str) -> Any:
    """What `slipway ab …` says to machines."""
    return json.loads(succeed(workshop.plant.home, "ab", *arguments, "--stack", STACK, "--json"))


def called(where: Api, *rows: dict[str, Any]) -> tuple[str, str]:
    """A request's inference id and variant, as the API's headers name them."""
    features = [{name: value for name, value in row.items() if name != "churn"} for row in rows]
    body = json.dumps({"features": features}).encode()
    headers = {"content-type": "application/json", **where._authorization("POST", where.url, body)}
    answer = urllib3.request("POST", where.url, body=body, headers=headers)
    assert answer.status == 200, answer.data
    return answer.headers["x-inference-id"], answer.headers["x-variant"]


def variants(workshop: Workshop) -> set[str]:
    described = workshop.client("sagemaker").describe_endpoint(EndpointName=f"{STACK}-production")
    return {variant["VariantName"] for variant in described["ProductionVariants"]}


def interrupted(workshop: Workshop, *arguments: str) -> None:
    """`slipway ab …`, killed as soon as the stack is being updated."""
    command = [str(Path(sys.executable).parent / "slipway"), "ab", *arguments, "--stack", STACK]
    with subprocess.Popen([*command, "--home", str(workshop.plant.home)], cwd=ROOT) as process:
        eventually(lambda: production(workshop)["StackStatus"] == "UPDATE_IN_PROGRESS", "the update has begun")
        process.kill()


def production(workshop: Workshop) -> Any:
    return workshop.client("cloudformation").describe_stacks(StackName=f"{STACK}-production")["Stacks"][0]


def champion(workshop: Workshop) -> str:
    parameter = workshop.client("ssm").get_parameter(Name=f"/{STACK}/production/champion")["Parameter"]
    return str(json.loads(parameter["Value"])["modelPackageArn"])


def test_a_test_is_started_measured_and_promoted(
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

    told = eventually(captured, "every answer is captured", 120)
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

    weighed = ab(workshop, "weights", "--weight", "1")
    assert weighed["variants"]["candidate"]["share"] == 1
    assert {called(where, row)[1] for row in rows[:10]} == {"candidate"}

    approval.answer(workshop.plant.installed, "Approved", "approved by a test")
    run = workshop.plant.ended(second_run)
    promote = run.action("Production", "Promote")
    assert promote is not None
    assert "TestRunning: expected no A/B test on plant-production" in promote.error
    assert variants(workshop) == {"default", "candidate"}

    assert ab(workshop, "promote")["champion"] == before[:-1] + "2"
    assert champion(workshop) == before[:-1] + "2"
    assert variants(workshop) == {"default"}
    assert called(where, rows[0])[1] == "default"


def test_a_test_of_the_former_champion_is_interrupted_taken_up_and_stopped(workshop: Workshop) -> None:
    now = champion(workshop)
    assert now.endswith("/2"), "the rollback of the run that was refused has undone the promotion"
    interrupted(workshop, "start", "--candidate", "1")
    assert ab(workshop, "start", "--candidate", "1")["started"] is False, "it waits for what goes on, and finds it on"
    assert variants(workshop) == {"default", "candidate"}
    assert ab(workshop, "stop")["champion"] == now
    assert (variants(workshop), champion(workshop)) == ({"default"}, now)
    ended = run_slipway(workshop.plant.home, "ab", "stop", "--stack", STACK)
    assert (ended.returncode, "no test is on: production runs model 2 alone" in ended.stderr) == (4, True)
