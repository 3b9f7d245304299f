"""From a table to a service: the engine, the install, the run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from slipway import approval, configure, follow, git, install, launch, local, package, report, seed, tables, validation
from slipway.demo import CLOCK_FACTOR
from slipway.demo.seeing import Eye
from slipway.errors import BadInput
from slipway.follow import Watcher
from slipway.install import Install
from slipway.launch import Dialogue
from slipway.service.answer import Service
from slipway.service.order import Files, Order, files
from slipway.target import Target
from slipway.validation import CONFIG

_COMMITTER = ("-c", "user.name=Slipway AutoML", "-c", "user.email=automl@slipway.invalid")


def serve(
    source: Any,
    order: Order,
    stack: str,
    root: Path,
    home: Path,
    aws: Target | None,
    dialogue: Dialogue,
    console: Console,
) -> Service:
    """The service of a table; on the account `aws`, else on the engine of `home`."""
    install.check_name(stack)
    table = tables.as_csv(source, home / "automl")
    # What is wrong with the table is said before anything starts.
    configure.guess(table, order.target)
    target = aws or _engine(home)
    launch.check(target, stack)
    if launch.is_new(install.describe(target, stack)):
        made = _from_bundle(root, table, order)
        _tell(console, made)
        installed, run_id = _launched(target, stack, root, made, dialogue, console)
    else:
        installed = install.find(target, stack)
        made, run_id = _pushed(installed, home, table, order, console)
    return _evaluated(installed, run_id, order, made, home, console)


def _from_bundle(root: Path, table: Path, order: Order) -> Files:
    """The files for a first launch, checked by the rules of the bundle in `root`."""
    if not (root / CONFIG).exists():
        raise BadInput(f"{root.resolve()} holds no {CONFIG}; run this in the bundle's folder")
    made = files(json.loads((root / CONFIG).read_text("utf-8")), table, order)
    validation.check({**validation.files(root), **made.replaced})
    return made


def _engine(home: Path) -> Target:
    engine = local.found_or_started(home, CLOCK_FACTOR)
    return Target(engine.session(), engine)


def _launched(
    target: Target, stack: str, root: Path, made: Files, dialogue: Dialogue, console: Console
) -> tuple[Install, str]:
    """A new install, whose first run is of this table."""
    say(console, f"launching stack {stack} on {target.name}")
    bundle = seed.make(root, made.replaced)
    launch.launch(target, stack, package.package(target, root, bundle), {}, dialogue)
    installed = install.find(target, stack)
    return installed, Eye(installed, console, root, wait_for_person=True).newest()


def _pushed(installed: Install, home: Path, table: Path, order: Order, console: Console) -> tuple[Files, str]:
    """A commit on top of an install's own repository, or a run of what is there when it is this table already."""
    folder = git.clone(installed, git.new_folder(home / "automl"))
    made = files(json.loads((folder / CONFIG).read_text("utf-8")), table, order)
    validation.check({**validation.files(folder), **made.replaced})
    _tell(console, made)
    eye = Eye(installed, console, home, wait_for_person=True)
    before = eye.newest()
    _write(folder, made.replaced)
    if git.commit_and_push(installed, folder, f"Learn {order.target} of {table.name}", _COMMITTER):
        say(console, f"pushed the table to {installed.branch} of {installed.clone_url}")
        return made, eye.newest(before)
    say(console, "this table and this configuration are there already; they run again")
    started = installed.target.client("codepipeline").start_pipeline_execution(name=installed.pipeline)
    return made, str(started["pipelineExecutionId"])


def _write(folder: Path, contents: Mapping[str, bytes]) -> None:
    for name, content in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def _evaluated(installed: Install, run_id: str, order: Order, made: Files, home: Path, console: Console) -> Service:
    """Follow the run until it waits for its approval, or with `approve` through it; RunFailed when its gate says no."""
    watcher = Watcher(installed, run_id, console, follow.is_live(console))
    run = watcher.until(follow.waits_for_approval)
    follow.check(installed, run)
    evaluation = report.of(installed, run)
    page = report.download(installed, evaluation, home / "reports" / f"{run.id[:8]}.html")
    if order.approve and not run.done:
        approval.answer(installed, "Approved", "approved by automl --approve: the gate has passed")
        run = watcher.until(lambda run: run.done)
        follow.check(installed, run)
    environment = "production" if run.done else "test"
    return Service(installed, run.id, environment, evaluation.outcome, page, made.features)


def _tell(console: Console, made: Files) -> None:
    for sentence in made.sentences:
        say(console, sentence)


def say(console: Console, text: str) -> None:
    """Print a text as it is."""
    console.print(text, highlight=False, markup=False, soft_wrap=True)
