"""What AWS would reject of the bundle, Build or the engine rejects; `python -m tests.mutations` prints the table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.mutations.configured import CONFIGURED, configure
from tests.mutations.deployed import DEPLOYED, Deployed, deploy
from tests.mutations.exercised import EXERCISED, Exercised
from tests.mutations.mutation import Mutation
from tests.mutations.requested import REQUESTED, Requested, request
from tests.mutations.site import Site
from tests.mutations.static import STATIC, Static, linted, refuse

pytestmark = pytest.mark.specification("docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html")


def each(mutations: Any) -> Any:
    return pytest.mark.parametrize("mutation", [pytest.param(found, id=found.name) for found in mutations])


@each(CONFIGURED)
def test_build_rejects_the_configuration(mutation: Mutation, tmp_path: Path) -> None:
    assert mutation.says in configure(mutation, tmp_path)


@each(STATIC)
def test_builds_lint_rejects_the_template(mutation: Static, findings: dict[Static, dict[str, str]]) -> None:
    assert linted(mutation, findings)


@each(STATIC)
def test_create_stack_rejects_the_template_too(mutation: Static, site: Site) -> None:
    assert mutation.says in refuse(mutation, site)


@each(REQUESTED)
def test_create_stack_rejects_the_request(mutation: Requested, site: Site) -> None:
    assert mutation.says in request(mutation, site)


@each(DEPLOYED)
def test_the_service_rejects_the_resource(mutation: Deployed, site: Site) -> None:
    assert mutation.says in deploy(mutation, site)


@each(EXERCISED)
def test_what_is_made_fails_when_it_is_used(mutation: Exercised, site: Site) -> None:
    assert mutation.says in mutation.exercise(site)


@pytest.mark.parametrize(
    "file", sorted({mutation.template for mutation in DEPLOYED} | {mutation.file for mutation in STATIC})
)
def test_the_template_itself_is_deployed(file: str, site: Site) -> None:
    stack = site.create(file)
    assert site.ended(stack) == "CREATE_COMPLETE", site.reasons(stack)
