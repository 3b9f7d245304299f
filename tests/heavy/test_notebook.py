"""notebooks/walkthrough.ipynb, executed cell by cell in its own environment.

Its engine has a faster clock than the notebook would give it, and its Build leaves out the bundle's own checks and unit
tests, as that of the other installs does. `make .venv/notebook/.ready` installs it.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from slipway import install, local, runs
from slipway.target import Target
from tests.end_to_end.plant import CLOCK_FACTOR, makefile

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks/walkthrough.ipynb"
VENV = ROOT / ".venv"
STACK = "notebook"
SECONDS = 900
# What the notebook's bundle has instead of the repository's files.
REPLACED = "chosen.replaced"


@dataclass(frozen=True)
class Executed:
    """The notebook with its outputs, and the engine that it left running."""

    cells: list[dict[str, Any]]
    engine: local.LocalEngine

    def of(self, words: str) -> list[dict[str, Any]]:
        """The outputs of the cell that has these words in its source."""
        (found,) = [cell for cell in self.cells if cell["cell_type"] == "code" and words in "".join(cell["source"])]
        outputs: list[dict[str, Any]] = found["outputs"]
        return outputs

    def text(self, words: str) -> str:
        """What that cell printed, and what it ends with, as text."""
        return "".join(
            "".join(output.get("text") or output.get("data", {}).get("text/plain", "")) for output in self.of(words)
        )

    def picture(self, words: str) -> bytes:
        """The picture that the cell drew."""
        (found,) = [output["data"]["image/png"] for output in self.of(words) if "image/png" in output.get("data", {})]
        return base64.b64decode(found)


def with_parameters(folder: Path, **parameters: Any) -> Path:
    """A copy whose cell `parameters` says something else, and whose bundle has the Makefile of a plant."""
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    (cell,) = [cell for cell in notebook["cells"] if "parameters" in cell["metadata"].get("tags", [])]
    cell["source"] = [f"{name} = {value!r}\n" for name, value in parameters.items()]
    (cell,) = [cell for cell in notebook["cells"] if REPLACED in "".join(cell["source"])]
    cell["source"] = "".join(cell["source"]).replace(REPLACED, f"{REPLACED} | {{'Makefile': {makefile()!r}}}")
    copy = folder / NOTEBOOK.name
    copy.write_text(json.dumps(notebook), encoding="utf-8")
    return copy


def execute(copy: Path) -> subprocess.CompletedProcess[str]:
    """Run every cell, as `jupyter execute` does; the outputs are put in the copy."""
    command = [str(VENV / "notebook/bin/jupyter"), "execute", "--inplace", f"--timeout={SECONDS}", str(copy)]
    path = f"{VENV / 'notebook/bin'}:{VENV / 'sam/bin'}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "IPYTHONDIR": str(copy.parent), "JUPYTER_DATA_DIR": str(copy.parent)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=2 * SECONDS, check=False)


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Executed]:
    """The notebook from launch to the last plot, approved without a click."""
    folder = tmp_path_factory.mktemp("notebook")
    home = folder / ".slipway"
    copy = with_parameters(folder, STACK=STACK, HOME=str(home), AWS=False, ANSWER="Approved", CANDIDATE=0)
    local.start(home, port=local.free_port(), clock_factor=CLOCK_FACTOR)
    try:
        done = execute(copy)
        assert done.returncode == 0, done.stderr[-4000:]
        engine = local.find(home)
        assert engine is not None
        yield Executed(json.loads(copy.read_text(encoding="utf-8"))["cells"], engine)
    finally:
        local.remove(home)


def test_it_launches_and_sees_a_run_to_production(executed: Executed) -> None:
    assert "Pipeline CREATE_COMPLETE" in executed.text("launch.launch(")
    target = Target(executed.engine.session(), executed.engine)
    installed = install.find(target, STACK)
    run = runs.get(installed, runs.history(installed)[-1].id)
    assert run.status == "Succeeded"
    assert run.action("Test", "Approve") is not None


def test_the_report_is_in_the_notebook(executed: Executed) -> None:
    assert "roc_auc" in str(executed.of("report.download("))
    (page,) = [output["data"]["text/html"] for output in executed.of("report.download(") if "iframe" in str(output)]
    assert "Feature importance" in "".join(page)


def test_there_is_a_button_for_each_answer(executed: Executed) -> None:
    assert "HBox" in executed.text("widgets.Button(")


def test_the_prediction_says_which_variant_made_it(executed: Executed) -> None:
    assert "curl" in executed.text("production.call(customer)\nmade.body")
    assert "'default'" in executed.text("production.call(customer)\nmade.body")
    assert "Counter({'default': 20})" in executed.text("CurrentWeight")


def test_a_second_model_is_tried_beside_the_first_and_a_verdict_is_told(executed: Executed) -> None:
    assert executed.text("inbox.drop(").rstrip().endswith("2")
    started = executed.text("ab.trial.start(")
    assert "Model 2 waits for approval" in started
    assert "{'default': 0.7, 'candidate': 0.3}" in started
    told = executed.text("ab.results.compare(tried")
    assert "roc_auc" in told
    verdicts = ("the candidate is better", "the candidate is worse", "no difference can be told yet")
    assert any(f"{verdict}: roc_auc" in told for verdict in verdicts), told
    assert "lies between" in told
    weighed = executed.text("ab.endpoint.weigh(")
    assert "{'default': 0.3, 'candidate': 0.7}" in weighed
    assert weighed.count("'candidate':") == 2


def test_after_the_test_one_variant_answers_and_nothing_waits(executed: Executed) -> None:
    assert re.search(r"after the test: \{'default': 1(\.0)?\}", executed.text("after the test"))
    target = Target(executed.engine.session(), executed.engine)
    assert all(run.done for run in runs.history(install.find(target, STACK)))


def test_production_grew_under_load_and_both_plots_are_drawn(executed: Executed) -> None:
    assert "200:" in executed.text("sender.start()")
    assert executed.picture("report.importance(").startswith(b"\x89PNG")
    assert executed.picture("left.twinx()").startswith(b"\x89PNG")
