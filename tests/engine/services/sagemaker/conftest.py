"""One engine for all of SageMaker's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.engine.services.sagemaker.support import Hosted, Sagemaker, prepare_account, start_engine


@pytest.fixture(scope="session")
def sagemaker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sagemaker]:
    """One engine for all SageMaker tests, its clock sixty times as fast."""
    running = start_engine(tmp_path_factory.mktemp("sagemaker") / "home")
    made = Sagemaker(running)
    prepare_account(made)
    yield made
    running.stop()


@pytest.fixture
def hosted(sagemaker: Sagemaker) -> Iterator[Hosted]:
    made = Hosted(sagemaker)
    yield made
    made.delete_all()
