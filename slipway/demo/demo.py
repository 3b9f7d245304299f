"""The demonstration, step by step."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from slipway import api, data, git, install, launch, local, package, report, seed, timing
from slipway.demo import scaling, seeing, settings
from slipway.demo.seeing import Eye
from slipway.demo.settings import Settings
from slipway.follow import RunFailed
from slipway.install import Install
from slipway.launch import Dialogue
from slipway.runs import Run
from slipway.stackevents import StackEvent
from slipway.target import Target

CLOCK_FACTOR = 30.0
STACK = "slipway-demo"
_ROWS_PER_ONE_LEFT_OUT = 12
_COMMITTER = ("-c", "user.name=Slipway demo", "-c", "user.email=demo@slipway.invalid")


@dataclass
class Demo:
    """One demonstration on one engine; `record` becomes the JSON object."""

    console: Console
    home: Path
    root: Path
    wait_for_person: bool
    table: Path | None = None
    target_column: str | None = None
    record: dict[str, Any] = field(default_factory=dict)

    def run(self) -> dict[str, Any]:
        """Do all of it; SlipwayError names what failed."""
        # What is wrong with the folder or the table is said before anything starts.
        chosen = settings.make(self.root, self.table, self.target_column)
        bundle = seed.make(self.root, chosen.replaced)
        began = time.monotonic()
        engine = self._engine(chosen)
        target = Target(engine.session(), engine)
        launched = time.monotonic()
        installed, run_id, title = self._launch(target, bundle, chosen)
        eye = Eye(installed, self.console, self.home, self.wait_for_person)
        first = self._through(eye, title, run_id or eye.newest())
        wall = time.monotonic() - launched
        self.record["launchToProductionSeconds"] = round(wall, 1)
        self.record["engineOwnSeconds"] = round(wall - timing.work_seconds(installed, first), 1)
        self._predict(installed, chosen)
        self._push(eye)
        self._drop(eye, chosen)
        self._scale(installed, chosen)
        self.record.update(facts(installed), engineMegabytes=local.resident_megabytes(engine.pid))
        self.record["seconds"] = round(time.monotonic() - began, 1)
        return self.record

    def _step(self, text: str) -> None:
        self.console.print(Text(text, style="bold"))

    def _say(self, text: str) -> None:
        self.console.print(f"  {text}", highlight=False, markup=False, soft_wrap=True)

    def _engine(self, chosen: Settings) -> local.LocalEngine:
        self._step("The engine")
        engine = local.found_or_started(self.home, CLOCK_FACTOR)
        self._say(f"{engine.url}, account {engine.account}, region {engine.region}")
        self._say(
            f"clock factor {engine.clock_factor:g}: waits, cooldowns and metric periods are that much shorter;"
            " jobs, builds and tests take what they take"
        )
        for sentence in chosen.sentences:
            self._say(sentence)
        self.record.update(engine=engine.url, clockFactor=engine.clock_factor, runs=[])
        return engine

    def _launch(self, target: Target, bundle: seed.Seed, chosen: Settings) -> tuple[Install, str, str]:
        """The install, the id of the run to follow ("" for the one that the launch starts), and how it started."""
        self._step(f"Launch stack {STACK}")
        launch.check(target, STACK)
        uploaded = package.package(target, self.root, bundle)
        kind = launch.launch(target, STACK, uploaded, {}, Dialogue(self._say, self._stack_event))
        installed = install.find(target, STACK)
        self._say(f"{kind.lower()}: repository {installed.clone_url}")
        if kind == "CREATE":
            return installed, "", "first run, started by the launch"
        return installed, *self._again(installed, chosen)

    def _again(self, installed: Install, chosen: Settings) -> tuple[str, str]:
        """A stack that stands is seeded no more: this folder's bundle is pushed, or run again where it is there."""
        before = Eye(installed, self.console, self.home, False)
        newest = before.newest()
        files = {name: (self.root / name).read_bytes() for name in seed.files(self.root)}
        if self._commit(installed, {**files, **chosen.replaced}, "Bring the bundle up to date", exact=True):
            return before.newest(newest), "run of this folder's bundle, started by git push"
        started = installed.target.client("codepipeline").start_pipeline_execution(name=installed.pipeline)
        return str(started["pipelineExecutionId"]), "run again, started by StartPipelineExecution"

    def _stack_event(self, event: StackEvent) -> None:
        """The root's parts one by one, whatever fails inside of them, and what has no effect here."""
        if event.warning:
            self._say(event.warning)
        if event.status.endswith("_FAILED") or (event.stack == STACK and event.status.endswith("_COMPLETE")):
            where = "" if event.stack == STACK else f"{event.stack}  "
            self._say(f"{where}{event.logical_id}  {event.status} {event.reason}")

    def _through(self, eye: Eye, title: str, run_id: str) -> Run:
        self._step(f"Run {run_id[:8]}: {title}")
        run = eye.through(run_id)
        self.record["runs"].append({"title": title, **run.as_json(), "outcome": seeing.outcome(eye.install, run)})
        return run

    def _predict(self, installed: Install, chosen: Settings) -> None:
        self._step("A prediction through the production API")
        production = api.of(installed, "production")
        features = chosen.features()
        answer = production.predict(features).body
        self._say(f"{production.curl(features)}\n  -> {json.dumps(answer)}")
        self.record["prediction"] = {"features": features, "answer": answer}

    def _push(self, eye: Eye) -> None:
        self._step("A commit, by plain `git push`, that changes only the API's function")
        before = eye.newest()
        handler = "functions/predict/handler.py"
        text = (self.root / handler).read_text()
        changed = f"{text}\n\n# changed by the demo at {int(time.time())}\n"
        self._commit(eye.install, {handler: changed.encode()}, "Touch the API's function")
        run = self._through(eye, "started by git push", eye.newest(before))
        if not report.of(eye.install, run).outcome.get("reused"):
            raise RunFailed(f"run {run.id} trained again, though only the API's function had changed")
        self._say("the model was reused, nothing was trained")

    def _commit(self, installed: Install, files: Mapping[str, bytes], message: str, *, exact: bool = False) -> bool:
        """Commit the files in a clone, `exact` without any other, and push; False when that changes nothing."""
        folder = git.clone(installed, git.new_folder(self.home / "demo"))
        gone = [name for name in seed.files(folder) if exact and name not in files]
        for name in gone:
            (folder / name).unlink()
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
            if (self.root / name).exists():
                shutil.copymode(self.root / name, folder / name)
        return git.commit_and_push(installed, folder, message, _COMMITTER)

    def _drop(self, eye: Eye, chosen: Settings) -> None:
        self._step("New data, dropped in the data bucket")
        folder = self.home / "demo"
        folder.mkdir(parents=True, exist_ok=True)
        earlier = len(list(folder.glob("drop-*.csv")))  # the same data again would start no run
        one_of = _ROWS_PER_ONE_LEFT_OUT + earlier
        part = data.part_of(chosen.table, folder / f"drop-{earlier + 1}.csv", keep=one_of - 1, of=one_of)
        before = eye.newest()
        self._say(data.drop(eye.install, part))
        self._through(eye, "started by new data", eye.newest(before))

    def _scale(self, installed: Install, chosen: Settings) -> None:
        self._step("Load on the production API until autoscaling adds an instance, then none")
        self._say(
            f"cooldowns of {settings.AUTOSCALING['scaleOutCooldownInSeconds']} s out and"
            f" {settings.AUTOSCALING['scaleInCooldownInSeconds']} s in, divided by the clock factor"
        )
        endpoint = installed.environment("production")["EndpointName"]
        production = api.of(installed, "production")
        scaled = scaling.scale(installed.target, endpoint, production, chosen.features(), self._say)
        self.record.update(instances=scaled.counts, loadStatuses=scaled.statuses)


def facts(installed: Install) -> dict[str, Any]:
    """What stands at the end: endpoints, APIs, model packages, newest first."""
    environments = {name: installed.environment(name) for name in install.ENVIRONMENTS}
    group = installed.environment("training")["ModelPackageGroupName"]
    pages = (
        installed.target.client("sagemaker")
        .get_paginator("list_model_packages")
        .paginate(ModelPackageGroupName=group, SortBy="CreationTime", SortOrder="Descending")
    )
    return {
        "endpoints": {name: outputs["EndpointName"] for name, outputs in environments.items()},
        "apis": {name: outputs["ApiUrl"] for name, outputs in environments.items()},
        "modelPackages": [
            {"version": found["ModelPackageVersion"], "status": found["ModelApprovalStatus"]}
            for page in pages
            for found in page["ModelPackageSummaryList"]
        ],
    }
