"""Everything once, on sample data: launch, run, approve, predict, push, drop, load."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from slipway import api, approval, data, follow, git, install, launch, load, local, report, runs, seed, timing
from slipway.errors import BadInput, SlipwayError
from slipway.follow import RunFailed
from slipway.install import Install
from slipway.runs import Run
from slipway.target import Target

CLOCK_FACTOR = 30.0
STACK = "slipway-demo"
CONFIG = "config/ml-pipeline.json"
# Low enough for a laptop: two instances above ten calls a second in all, with the clock factor above.
_AUTOSCALING = {
    "invocationsPerInstance": 10,
    "scaleOutCooldownInSeconds": 60,
    "scaleInCooldownInSeconds": 120,
}
_BURST = {"rateLimit": 500, "burstLimit": 500}
_SCALE_OUT_SECONDS = 60.0
_SCALE_IN_SECONDS = 120.0
_ROWS_PER_ONE_LEFT_OUT = 12
_LARGEST_SEED_DATA = 15 * 1024 * 1024


@dataclass
class Demo:
    """One demonstration on one engine; `record` becomes the JSON object."""

    console: Console
    home: Path
    root: Path
    live: bool
    wait_for_person: bool
    table: Path | None = None
    target_column: str | None = None
    record: dict[str, Any] = field(default_factory=dict)

    def run(self) -> dict[str, Any]:
        """Do all of it; SlipwayError names what failed."""
        began = time.monotonic()
        engine = self._engine()
        target = Target(engine.session(), engine)
        installed = self._launch(target)
        first = self._through(installed, "first run, started by the launch", self._newest(installed))
        self.record["launchToProductionSeconds"] = round(time.monotonic() - began, 1)
        self.record["engineOwnSeconds"] = self._own_share(installed, first, time.monotonic() - began)
        self._predict(installed)
        self._push(installed)
        self._drop(installed)
        self._load(installed)
        self._facts(installed, engine)
        self.record["seconds"] = round(time.monotonic() - began, 1)
        return self.record

    def _say(self, text: str) -> None:
        self.console.print(f"[bold]{text}[/bold]", highlight=False)

    def _engine(self) -> local.LocalEngine:
        self._say("1  The engine")
        engine = local.start(self.home, port=local.free_port(), clock_factor=CLOCK_FACTOR)
        self.console.print(f"  {engine.url}, account {engine.account}, region {engine.region}", highlight=False)
        self.console.print(
            f"  clock factor {engine.clock_factor:g}: waits, cooldowns and metric periods are that much shorter;"
            " jobs, builds and tests take what they take",
            highlight=False,
        )
        self.record.update(engine=engine.url, clockFactor=engine.clock_factor, runs=[])
        return engine

    def _launch(self, target: Target) -> Install:
        self._say(f"2  Launch stack {STACK}")
        bundle = seed.make(self.root, self._replaced())
        uploaded = launch.package(target, self.root, bundle)
        kind = launch.deploy(target, STACK, uploaded, {})
        launch.wait(target, STACK, self._stack_event)
        installed = install.find(target, STACK)
        self.console.print(f"  {kind.lower()}: repository {installed.clone_url}", highlight=False)
        return installed

    def _stack_event(self, event: launch.StackEvent) -> None:
        """The root's parts one by one, and whatever fails inside of them."""
        if event.status.endswith("_FAILED") or (event.stack == STACK and event.status.endswith("_COMPLETE")):
            where = "" if event.stack == STACK else f"{event.stack}  "
            self.console.print(f"  {where}{event.logical_id}  {event.status} {event.reason}", highlight=False)

    def _replaced(self) -> dict[str, bytes]:
        """The seed's files that differ from the folder's: the demo's autoscaling, and the person's own table."""
        config = json.loads((self.root / CONFIG).read_text())
        production = config.setdefault("serving", {}).setdefault("production", {})
        production.setdefault("autoscaling", {}).update(_AUTOSCALING)
        production.setdefault("api", {})["throttling"] = _BURST
        replaced: dict[str, bytes] = {}
        if self.table is not None:
            replaced.update(self._own_table(config))
        self.console.print(f"  demo settings in {CONFIG}: {json.dumps(_AUTOSCALING)}", highlight=False)
        return {**replaced, CONFIG: json.dumps(config, indent=2).encode() + b"\n"}

    def _own_table(self, config: dict[str, Any]) -> Mapping[str, bytes]:
        from slipway import configure

        table = self.table or Path()
        if not self.target_column:
            raise BadInput(f"--data {table} needs --target COLUMN, the column to predict")
        guess = configure.guess(table, self.target_column)
        content = table.read_bytes()
        if len(content) > _LARGEST_SEED_DATA:
            raise BadInput(
                f"{table} has {len(content):,} bytes; the demo takes {_LARGEST_SEED_DATA:,}, then use `slipway drop`"
            )
        name = f"config/data/{table.name}"
        for sentence in guess.sentences:
            self.console.print(f"  {sentence}", highlight=False)
        config.update(guess.apply(config, name))
        return {name: content}

    def _newest(self, installed: Install, after: str = "") -> str:
        """The id of the newest run, waiting for one that is not `after`."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            found = runs.history(installed, 1)
            if found and found[0].id != after:
                return found[0].id
            time.sleep(0.1)
        raise SlipwayError("no pipeline run started within 60 s; `slipway status` and `slipway logs` show why")

    def _through(self, installed: Install, title: str, run_id: str) -> Run:
        """Follow a run through its approval to production; RunFailed otherwise."""
        self._say(f"Run {run_id[:8]}: {title}")
        watcher = follow.Watcher(installed, run_id, self.console, self.live)
        run = watcher.until(follow.waits_for_approval)
        if follow.waits_for_approval(run):
            self._approve(installed, run)
            run = watcher.until(lambda run: run.done)
        if run.status != "Succeeded":
            raise RunFailed(follow.failure(installed, run))
        self.record["runs"].append({"title": title, **run.as_json(), "outcome": self._outcome(installed, run)})
        return run

    def _outcome(self, installed: Install, run: Run) -> dict[str, Any]:
        outcome = report.of(installed, run).outcome
        return {
            name: outcome.get(name) for name in ("reused", "metric", "metrics", "championMetrics", "modelPackageArn")
        }

    def _approve(self, installed: Install, run: Run) -> None:
        evaluation = report.of(installed, run)
        self.console.print(evaluation.table())
        page = report.download(installed, evaluation, self.home / "reports" / f"{run.id[:8]}.html")
        gate = approval.waiting(installed)
        self.console.print(f"  {gate.message}\n  report: {page}", highlight=False)
        if self.wait_for_person:
            self.console.print(
                f"  waiting for you: slipway approve --home {self.home} --stack {STACK}", highlight=False
            )
            return
        approval.answer(installed, "Approved", "approved by the demo")
        self.console.print("  approved by the demo", highlight=False)

    def _own_share(self, installed: Install, run: Run, wall: float) -> float:
        return round(wall - timing.work_seconds(installed, run), 1)

    def _features(self) -> dict[str, Any]:
        """The first row of the table as the API takes it: no ids, no target, numbers as numbers."""
        columns = json.loads(self._replaced_config())["dataset"]["columns"]
        row = next(data.rows(self._source(), 1))
        return {
            column["name"]: data.value(row[column["name"]], column["type"])
            for column in columns
            if column["type"] != "id"
        }

    def _replaced_config(self) -> str:
        quiet = Demo(Console(quiet=True), self.home, self.root, False, False, self.table, self.target_column)
        return quiet._replaced()[CONFIG].decode()

    def _source(self) -> Path:
        return self.table or self.root / json.loads((self.root / CONFIG).read_text())["dataset"]["uri"]

    def _predict(self, installed: Install) -> None:
        self._say("A prediction through the production API")
        production = api.of(installed, "production")
        features = self._features()
        answer = production.predict(features)
        self.console.print(f"  {production.curl(features)}\n  -> {json.dumps(answer)}", highlight=False, soft_wrap=True)
        self.record["prediction"] = {"features": features, "answer": answer}

    def _push(self, installed: Install) -> None:
        self._say("A commit, by plain `git push`, that changes only the API's function")
        folder = self.home / "demo" / f"clone-{int(time.time())}"
        git.clone(installed, folder)
        handler = folder / "functions/predict/handler.py"
        handler.write_text(f"{handler.read_text()}\n\n# changed by the demo at {int(time.time())}\n")
        git.run("commit", "--quiet", "--all", "--message", "Touch the API's function", cwd=folder)
        before = self._newest(installed)
        git.run("push", "--quiet", "origin", installed.branch, cwd=folder)
        run = self._through(installed, "started by git push", self._newest(installed, before))
        if not report.of(installed, run).outcome.get("reused"):
            raise RunFailed(f"run {run.id} trained again, though only the API's function had changed")
        self.console.print("  the model was reused, nothing was trained", highlight=False)

    def _drop(self, installed: Install) -> None:
        self._say("New data, dropped in the data bucket")
        folder = self.home / "demo"
        earlier = len(list(folder.glob("drop-*.csv")))  # the same data again would start no run
        one_of = _ROWS_PER_ONE_LEFT_OUT + earlier
        part = data.part_of(self._source(), folder / f"drop-{earlier + 1}.csv", keep=one_of - 1, of=one_of)
        before = self._newest(installed)
        self.console.print(f"  {data.drop(installed, part)}", highlight=False)
        self._through(installed, "started by new data", self._newest(installed, before))

    def _load(self, installed: Install) -> None:
        self._say("Load on the production API until autoscaling adds an instance, then none")
        endpoint = installed.environment("production")["EndpointName"]
        counts: list[int] = []

        def seen(count: int) -> None:
            counts.append(count)
            self.console.print(f"  {endpoint}: {count} instances", highlight=False)

        start = load.instances(installed.target, endpoint)
        sender = load.Load(api.of(installed, "production"), self._features())
        sender.start()
        try:
            peak = load.wait_for_instances(installed.target, endpoint, lambda n: n > start, _SCALE_OUT_SECONDS, seen)
        finally:
            sender.stop()
        self.console.print(f"  calls by status: {dict(sender.statuses)}", highlight=False)
        if peak <= start:
            raise RunFailed(f"autoscaling added no instance to {endpoint} within {_SCALE_OUT_SECONDS:.0f} s of load")
        low = load.wait_for_instances(installed.target, endpoint, lambda n: n <= start, _SCALE_IN_SECONDS, seen)
        if low > start:
            raise RunFailed(
                f"autoscaling took no instance from {endpoint} within {_SCALE_IN_SECONDS:.0f} s without load"
            )
        self.record["instances"] = counts
        self.record["loadStatuses"] = {str(status): count for status, count in sender.statuses.items()}

    def _facts(self, installed: Install, engine: local.LocalEngine) -> None:
        environments = {name: installed.environment(name) for name in ("test", "production")}
        self.record["endpoints"] = {name: outputs["EndpointName"] for name, outputs in environments.items()}
        self.record["apis"] = {name: outputs["ApiUrl"] for name, outputs in environments.items()}
        group = installed.environment("training")["ModelPackageGroupName"]
        packages = installed.target.client("sagemaker").list_model_packages(ModelPackageGroupName=group)
        self.record["modelPackages"] = [
            {"version": package["ModelPackageVersion"], "status": package["ModelApprovalStatus"]}
            for package in packages["ModelPackageSummaryList"]
        ]
        self.record["engineMegabytes"] = local.resident_megabytes(engine.pid)
