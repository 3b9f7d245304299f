"""What the end-to-end tests stand on: the command line as people use it, and the engine's journal."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from slipway import approval, data, follow, runs
from slipway.install import Install
from slipway.local import LocalEngine
from slipway.runs import Action, Run
from tests.end_to_end.plant import PATIENCE_SECONDS

REPOSITORY = Path(__file__).parents[2]
# As long as the plant waits.
LONGEST_SECONDS = PATIENCE_SECONDS

Found = TypeVar("Found")


def run_slipway(home: Path, *arguments: str, seconds: float = LONGEST_SECONDS) -> subprocess.CompletedProcess[str]:
    """Run the command line on the engine of `home`, in the bundle's folder; it must not take longer than `seconds`."""
    command = [str(Path(sys.executable).parent / "slipway"), *arguments, "--home", str(home)]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=seconds, check=False)


def succeed(home: Path, *arguments: str, seconds: float = LONGEST_SECONDS) -> str:
    """What the command printed; it must end with 0."""
    done = run_slipway(home, *arguments, seconds=seconds)
    assert done.returncode == 0, f"slipway {' '.join(arguments)}: {done.stderr[-4000:]}{done.stdout[-4000:]}"
    return done.stdout


def wait(look: Callable[[], Found | None], what: str, seconds: float = LONGEST_SECONDS) -> Found:
    """Look until there is something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        time.sleep(0.25)
    raise AssertionError(f"{what} did not happen within {seconds:.0f} s")


@dataclass(frozen=True)
class Desk:
    """One install, at which a person works."""

    engine: LocalEngine
    install: Install

    def client(self, service: str) -> Any:
        """A boto3 client as the person."""
        return self.install.target.client(service)

    def command(self, *arguments: str) -> str:
        """What a command about this install printed."""
        return succeed(self.engine.home, *arguments, "--stack", self.install.stack)

    def newest(self) -> str:
        """The id of the run that started last."""
        return runs.history(self.install, 1)[0].id

    def run(self, run_id: str) -> Run:
        """A run with its actions."""
        return runs.get(self.install, run_id)

    def drop(self, folder: Path, keep: int, of: int) -> str:
        """Drop `keep` of every `of` rows of the sample data; the id of the run that this starts."""
        before = self.newest()
        part = data.part_of(REPOSITORY / "config/data/telecom-churn.csv", folder / f"{keep}-of-{of}.csv", keep, of)
        self.command("drop", str(part))
        return wait(lambda: next((run for run in [self.newest()] if run != before), None), "a run by new data")

    def until_it_stands(self, run_id: str) -> Run:
        """Wait until the run has ended, or waits for approval."""

        def stands() -> Run | None:
            run = self.run(run_id)
            return run if run.done or follow.waits_for_approval(run) else None

        return wait(stands, f"the end of run {run_id}")

    def until_approval(self, run_id: str) -> Run:
        """Wait until the run waits for approval; it must get that far."""
        run = self.until_it_stands(run_id)
        assert not run.done, follow.failure(self.install, run)
        return run

    def until_end(self, run_id: str) -> Run:
        """Wait until the run has ended, giving its approval on the way."""
        run = self.until_it_stands(run_id)
        if run.done:
            return run
        approval.answer(self.install, "Approved", "approved by a test")
        return wait(lambda: found if (found := self.run(run_id)).done else None, f"the end of run {run_id}")

    def until_success(self, run_id: str) -> Run:
        """Wait until the run is in production; it must get there."""
        run = self.until_end(run_id)
        assert run.status == "Succeeded", follow.failure(self.install, run)
        return run

    def until_failure(self, run_id: str) -> Action:
        """Wait until the run has failed, as it must; the action that failed last."""
        run = self.until_end(run_id)
        assert run.status == "Failed", f"run {run_id} ended as {run.status}"
        return max((action for action in run.actions if action.status == "Failed"), key=lambda action: action.updated)

    def retry(self, run_id: str, stage: str) -> str:
        """Run the failed actions of a stage again; returns the run's id when one of them has started."""
        attempts = len(self.run(run_id).actions)
        self.command("retry", stage)
        return wait(lambda: run_id if len(self.run(run_id).actions) > attempts else None, f"a retry of {stage}")

    def state(self) -> dict[str, str]:
        """The status of every action of the pipeline's latest attempts, by `Stage/Action`."""
        stages = self.client("codepipeline").get_pipeline_state(name=self.install.pipeline)["stageStates"]
        return {
            f"{stage['stageName']}/{action['actionName']}": action.get("latestExecution", {}).get("status", "")
            for stage in stages
            for action in stage["actionStates"]
        }

    def model_packages(self) -> dict[int, str]:
        """Approval status by version of the install's package group."""
        group = self.install.environment("training")["ModelPackageGroupName"]
        pages = self.client("sagemaker").get_paginator("list_model_packages").paginate(ModelPackageGroupName=group)
        return {
            package["ModelPackageVersion"]: package["ModelApprovalStatus"]
            for page in pages
            for package in page["ModelPackageSummaryList"]
        }

    def champion(self) -> str:
        """The model package that production runs."""
        parameter = self.client("ssm").get_parameter(Name=self.champion_parameter)["Parameter"]
        return str(json.loads(parameter["Value"])["modelPackageArn"])

    @property
    def champion_parameter(self) -> str:
        """The parameter that names the champion."""
        return f"/{self.install.stack}/production/champion"

    def physical_id(self, stack: str, *logical_ids: str) -> str:
        """The name of a resource; all logical ids but the last are those of nested stacks, one inside the other."""
        for logical_id in logical_ids:
            found = self.client("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId=logical_id)
            stack = found["StackResourceDetail"]["PhysicalResourceId"]
        return stack


def journal(engine: LocalEngine) -> list[dict[str, Any]]:
    """Every call that was made on the engine, oldest first."""
    return [json.loads(line) for line in (engine.home / "journal.jsonl").read_text().splitlines()]


def denials(calls: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Caller and action of every check that was not passed."""
    return [
        (call["caller"], check["action"]) for call in calls for check in call["checks"] if check["decision"] != "Allow"
    ]
