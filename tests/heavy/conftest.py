"""One install for the files that only start executions on it, and how the files are dealt to workers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.end_to_end.workshop import Workshop, opened

HERE = Path(__file__).parent
# The longest first. What stands together shares an install, or an engine.
ORDER = (
    ("test_foreign_engines.py",),
    ("test_notebook.py",),
    ("test_prepare_glue.py", "test_direct.py"),
    ("test_orchestrators_by_spark.py",),
    ("test_automl.py",),
    ("sagemaker",),
    ("glue",),
    ("aws_images",),
)


def _place(path: Path) -> tuple[int, int]:
    name = path.relative_to(HERE).parts[0]
    for place, group in enumerate(ORDER):
        if name in group:
            return place, group.index(name)
    raise pytest.UsageError(f"ORDER in {Path(__file__).name} does not say when {name} has its turn")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort them by `ORDER`, which has to name each file; what is collected from elsewhere stays behind."""
    items.sort(key=lambda item: _place(item.path) if item.path.is_relative_to(HERE) else (len(ORDER), 0))


class ByInstall(LoadScopeScheduling):
    """What shares an install stays on one worker. pytest 9.2 has made xdist's own groups ineffective."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        path = self.config.rootpath / file
        return str(_place(path)[0]) if path.is_relative_to(HERE) else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByInstall:
    """Deal the tests to `--numprocesses` workers."""
    return ByInstall(config, log)


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """An install of the repository's configuration; a test leaves its pipeline and its endpoints as they are."""
    with opened(tmp_path_factory.mktemp("heavy") / ".slipway") as made:
        yield made
