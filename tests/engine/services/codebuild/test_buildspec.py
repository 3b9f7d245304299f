"""The buildspec parser."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.services.codebuild.buildspec import Artifacts, BuildspecInvalid, Phase, parse

pytestmark = pytest.mark.specification("docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html")

FULL = """
version: 0.2
env:
  shell: bash
  variables: {A: "1", B: no}
  parameter-store: {P: /path}
  secrets-manager: {S: "secret:key"}
  exported-variables: [A]
phases:
  install: {runtime-versions: {python: 3.13}, commands: [make setup]}
  build: {on-failure: ABORT, commands: [make], finally: [make clean]}
artifacts:
  files: ["**/*"]
  base-directory: dist
  discard-paths: yes
  secondary-artifacts:
    Other: {files: [a.json], name: other}
cache: {paths: [".cache/**/*"]}
"""


def test_every_executed_key_is_read() -> None:
    spec = parse(FULL)
    assert (spec.shell, spec.variables, spec.parameter_store) == ("bash", {"A": "1", "B": "no"}, {"P": "/path"})
    assert (spec.secrets_manager, spec.exported, spec.cache_paths) == ({"S": "secret:key"}, ("A",), (".cache/**/*",))
    assert spec.phases["install"] == Phase(("make setup",), runtimes={"python": "3.13"})
    assert spec.phases["build"] == Phase(("make",), ("make clean",), "ABORT")
    assert spec.artifacts == Artifacts(("**/*",), base_directory="dist", discard_paths=True)
    assert spec.secondary_artifacts == {"Other": Artifacts(("a.json",), name="other")}


PHASES = "version: 0.2\nphases: "
BUILD = PHASES + "{build: {commands: [make]}}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "not valid YAML: while parsing"),
        ("", "expected a mapping with version and phases"),
        ("- a", "expected a mapping with version and phases"),
        ("version: 0.1\n", "version: expected 0.2, found 0.1"),
        ("phases: {}", "version: expected 0.2, found none"),
        ("version: 0.2\n", "phases: at least one of install, pre_build, build and post_build is needed"),
        (PHASES + "{deploy: {}}", "phases/deploy: unknown; expected one of build, install, post_build"),
        (PHASES + "{build: {command: [a]}}", "phases/build/command: unknown; expected one of commands"),
        (PHASES + "{build: {commands: make}}", "build/commands: expected a list of strings, found a string"),
        (PHASES + "{build: {commands: [{echo a: b}]}}", "build/commands[0]: expected a string, found a mapping"),
        (PHASES + "{build: {on-failure: STOP}}", "on-failure: expected ABORT or CONTINUE, found STOP"),
        (PHASES + "{build: {on-failure: RETRY-3}}", "on-failure: RETRY is not executed by the local engine"),
        (PHASES + "{build: {runtime-versions: {python: 3}}}", "allowed in the install phase only"),
        (PHASES + "{install: {runtime-versions: {nodejs: 22}}}", "runtime-versions/nodejs: only python"),
        (BUILD + "reports: {a: {}}", "reports: reports is not executed by the local engine"),
        (BUILD + "batch: {}", "batch: batch is not executed by the local engine"),
        (BUILD + "run-as: me", "run-as: run-as (the build runs as the person who started the engine) is not executed"),
        (BUILD + "env: {shell: zsh}", "env/shell: expected one of sh, bash, /bin/sh, /bin/bash, found zsh"),
        (BUILD + "env: {variables: {A-B: x}}", "env/variables: A-B is not a name of a variable"),
        (BUILD + "artifacts: {files: []}", "artifacts/files: at least one location is needed"),
        (BUILD + "artifacts: {secondary-artifacts: {x: {file: a}}}", "artifacts/secondary-artifacts/x/file: unknown"),
        (BUILD + "extra: 1", "extra: unknown; expected one of artifacts, cache, env, phases, version"),
    ],
)  # fmt: skip
def test_what_cannot_be_run_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(BuildspecInvalid) as refused:
        parse(text)
    assert message in str(refused.value)


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1)))
def test_commands_are_taken_as_they_are(commands: list[str]) -> None:
    text = yaml.safe_dump({"version": "0.2", "phases": {"build": {"commands": commands}}}, allow_unicode=True)
    assert parse(text).phases["build"].commands == tuple(commands)


@given(st.text())
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        parse(text)
    except BuildspecInvalid as refused:
        assert str(refused)
