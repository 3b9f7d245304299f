"""`pip install` in an image."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.docker import packages
from slipway.engine.docker.packages import Install, PackagesRefused

pytestmark = pytest.mark.specification("pip.pypa.io/en/stable/cli/pip_install/")

FILES = {
    "requirements.txt": "numpy==2.0 --hash=sha256:aa\n",
    "nested.txt": "numpy\n-r other.txt\n",
    "local.txt": "./dist\n",
}
read: Callable[[str], str] = FILES.__getitem__


def test_requirement_files_travel_with_the_image() -> None:
    install = packages.parse(["--no-cache-dir", "--require-hashes", "-r", "requirements.txt", "xgboost>=3"], read)
    assert install == Install(["--require-hashes", "-r", "{0}", "xgboost>=3"], [FILES["requirements.txt"]])


def test_an_option_and_its_value_may_be_one_word() -> None:
    install = packages.parse(["--requirement=requirements.txt", "--root-user-action=ignore"], read)
    assert install == Install(["--requirement", "{0}"], [FILES["requirements.txt"]])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--target", "/x", "a"], "pip install --target is not executed locally"),
        (["-e", "."], "pip install -e is not executed locally"),
        (["."], "installing from a folder or an address is not executed locally"),
        (["git+https://example.com/a"], "installing from a folder or an address is not executed locally"),
        (["-r", "nested.txt"], "nested.txt:2: -r other.txt: other files are not read locally"),
        (["-r", "local.txt"], "local.txt:1: ./dist: other files are not read locally"),
        (["-r"], "pip install -r needs a value"),
    ],
)
def test_what_is_not_executed_is_refused(arguments: list[str], message: str) -> None:
    with pytest.raises(PackagesRefused) as refused:
        packages.parse(arguments, read)
    assert message in str(refused.value)


@given(st.lists(st.from_regex(r"[a-z][a-z0-9-]{0,10}(==[0-9.]{1,5})?", fullmatch=True)))
def test_plain_requirements_are_passed_on_as_they_are(requirements: list[str]) -> None:
    assert packages.parse(requirements, read) == Install(requirements)


def test_the_layer_does_not_depend_on_the_machine() -> None:
    layer = packages.to_json("3.13", [Install(["numpy"])])
    assert json.loads(layer) == {"python": "3.13", "installs": [{"arguments": ["numpy"], "files": []}]}


def test_an_environment_is_made_once(tmp_path: Path) -> None:
    said: list[str] = []
    layer = packages.to_json("3.11", [])
    first = packages.environment(tmp_path, layer, said.append)
    marker = first / "complete"
    written = marker.stat().st_mtime_ns
    assert packages.environment(tmp_path, layer, said.append) == first
    assert marker.stat().st_mtime_ns == written
    assert (first / "bin" / "python").exists()


def test_an_environment_outlives_the_link_by_which_it_was_made(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    made = packages.environment(tmp_path / "link", packages.to_json("3.11", []), print)
    (tmp_path / "link").unlink()
    assert (made / "bin" / "python").exists()
    assert str(tmp_path / "link") not in (made / "bin" / "activate").read_text()


def test_an_interpreter_that_is_not_here_is_stood_for_aloud(tmp_path: Path) -> None:
    said: list[str] = []
    assert Path(packages.find_interpreter("3.99", said.append)).exists()
    assert said[0].startswith("Python 3.99 is not installed on this machine: ")
