"""Runs of the bundle while a share of all calls is throttled and one job of each run is killed.

Each run is in production in the end, or has failed by name; either way nothing is half-deployed: stacks are complete,
endpoints in service, no job runs, nothing lies about that a stack or the registry does not have, and production's API
answers from the model that is the champion. What failed because its job was killed is retried, as a person would.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from slipway import approval, faults, follow, picture
from slipway.errors import NotFound
from slipway.runs import Run
from tests.end_to_end.failing import kept, running
from tests.end_to_end.plant import STACK, eventually, problems
from tests.end_to_end.workshop import Document, Workshop

SHARE = 0.05
# What is killed, and how old it gets at most: younger than any that has ended.
JOBS = ("processing-job/*", "training-job/*")
_OLDEST_SECONDS = 0.4
_RUN_SECONDS = 400.0


@dataclass
class Outcome:
    """What happened."""

    runs: int = 0
    at_once: int = 0
    retried: int = 0
    failed: list[str] = field(default_factory=list)
    calls: int = 0
    throttled: int = 0
    killed: int = 0

    def line(self) -> str:
        """The figures, in one line."""
        return (
            f"{self.runs} runs: {self.at_once} in production at once, {self.retried} after a retry,"
            f" {len(self.failed)} failed by name; {self.throttled} of {self.calls} calls throttled, {self.killed} jobs"
            " killed; nothing half-deployed"
        )


class Throttled:
    """A workshop under fire; each run is of its configuration with these changes, and other parameters."""

    def __init__(
        self, workshop: Workshop, random: Random, say: Callable[[str], None], changes: Document | None = None
    ) -> None:
        self._workshop = workshop
        self._changes = changes or {}
        self._engine = workshop.plant.engine
        self._random = random
        self._say = say
        self.outcome = Outcome()

    def run(self, runs: int) -> Outcome:
        """Make so many runs, one after the other."""
        for number in range(1, runs + 1):
            seen = len(self._journal())
            how = self._one()
            self.outcome.runs += 1
            made = self._journal()[seen:]
            hits = [call for call in made if call.get("fault")]
            killed = [call["job"] for call in hits if "job" in call]
            throttled = sum("error" in call for call in hits)
            self.outcome.calls += len(made)
            self.outcome.throttled += throttled
            self.outcome.killed += len(killed)
            self._check()
            figures = f"{throttled} of {len(made)} calls throttled, killed: {', '.join(killed) or 'none'}"
            self._say(f"{number}/{runs}: {how}; {figures}")
        return self.outcome

    def _one(self) -> str:
        """One run under rules of its own; how it ended."""
        job, seconds = self._random.choice(JOBS), self._random.uniform(0.0, _OLDEST_SECONDS)
        faults.add(self._engine, {"what": "throttle", "probability": SHARE, "seed": self._seed()})
        faults.add(self._engine, {"what": "kill", "job": job, "times": 1, "seconds": seconds})
        try:
            # Other parameters, so that the model is trained anew.
            eta = round(self._random.uniform(0.05, 0.3), 6)
            run_id = self._workshop.pushed(
                {**self._changes, "train": {"hyperparameters": {"max_depth": 5, "eta": eta}}}
            )
            return self._followed(run_id)
        finally:
            faults.clear(self._engine, [])

    def _seed(self) -> str:
        return f"{self._random.getrandbits(32):08x}"

    def _followed(self, run_id: str) -> str:
        run = self._ended(run_id)
        if run.status == "Succeeded":
            self.outcome.at_once += 1
            return "in production at once"
        told = self._named(run)
        self._say(f"failed by name: {told}")
        self._workshop.plant.retry(run_id, problems(run)[-1][0])
        eventually(lambda: not self._workshop.plant.run(run_id).done, f"{run_id} goes on")
        again = self._ended(run_id)
        if again.status == "Succeeded":
            self.outcome.retried += 1
            return f"in production after a retry of {told}"
        self.outcome.failed.append(self._named(again))
        return f"failed twice: {told}; {self.outcome.failed[-1]}"

    def _ended(self, run_id: str) -> Run:
        """The run, approved when it asks for that, and over."""

        def over() -> Run | None:
            run = self._workshop.plant.run(run_id)
            if follow.waits_for_approval(run):
                # The action is under way a moment before it can be answered, and a moment after it was.
                with contextlib.suppress(NotFound):
                    approval.answer(self._workshop.plant.installed, "Approved", "by the soak test")
            return run if run.done else None

        return eventually(over, f"{run_id} is over", _RUN_SECONDS)

    def _named(self, run: Run) -> str:
        """What failed and why; AssertionError when that is not said."""
        failed = problems(run)
        assert failed, f"{run.id} ended as {run.status}, and no action says why"
        assert all(error for _, _, error in failed), f"failed without a reason: {failed}"
        stage, action, error = failed[-1]
        return f"{stage}/{action}: {picture.first_line(error)}"

    def _check(self) -> None:
        """Nothing is half-deployed."""
        workshop = self._workshop
        pages = workshop.client("cloudformation").get_paginator("describe_stacks").paginate()
        statuses = {stack["StackName"]: stack["StackStatus"] for page in pages for stack in page["Stacks"]}
        whole = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"}
        assert set(statuses.values()) <= whole, statuses
        endpoints = workshop.client("sagemaker").list_endpoints()["Endpoints"]
        assert {found["EndpointStatus"] for found in endpoints} == {"InService"}, endpoints
        assert running(workshop) == []
        models, names, configs, _ = kept(workshop)
        assert len(names) == len(configs) == len(models) == 2, (models, names, configs)
        assert self._champion() == self._served(), "production does not serve the champion"
        assert workshop.predict()["predictions"]

    def _champion(self) -> str:
        found = self._workshop.client("ssm").get_parameter(Name=f"/{STACK}/production/champion")["Parameter"]
        return str(json.loads(found["Value"])["modelDataUrl"])

    def _served(self) -> str:
        """The model that production's endpoint runs."""
        sagemaker = self._workshop.client("sagemaker")
        config = sagemaker.describe_endpoint(EndpointName=f"{STACK}-production")["EndpointConfigName"]
        variants = sagemaker.describe_endpoint_config(EndpointConfigName=config)["ProductionVariants"]
        model = sagemaker.describe_model(ModelName=variants[0]["ModelName"])
        container = (model.get("Containers") or [model["PrimaryContainer"]])[0]
        return str(container["ModelDataUrl"])

    def _journal(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self._engine.home / "journal.jsonl").read_text().splitlines()]
