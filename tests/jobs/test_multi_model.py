"""jobs/multi_model.py: https://docs.aws.amazon.com/sagemaker/latest/dg/mms-container-apis.html"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from config.data import telecom_churn
from jobs import answers, multi_model
from jobs.multi_model import EXPANSION, Models, MultiModel
from tests.jobs.asking import Answered, answered, program

PLENTY = 1 << 40
ROW = {
    name: value for name, value in telecom_churn.make(seed=9, rows=1)[0].items() if name not in ("customer_id", "churn")
}


def size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


@pytest.fixture
def server() -> MultiModel:
    return MultiModel(Models(PLENTY), champion="3")


def load(server: MultiModel, name: str, folder: Path) -> Answered:
    return answered(server, "POST", "/models", [json.dumps({"model_name": name, "url": str(folder)}).encode()])


def invoke(server: MultiModel, name: str, target: str = "") -> Answered:
    headers = {"content_type": "application/json", **({"x_amzn_sagemaker_target_model": target} if target else {})}
    return answered(server, "POST", f"/models/{name}/invoke", [json.dumps({"instances": [ROW]}).encode()], **headers)


def error(found: Answered) -> str:
    return str(json.loads(found.body)["error"])


def test_a_container_of_several_models_is_healthy_without_any(server: MultiModel) -> None:
    assert answered(server, "GET", "/ping").status == 200
    assert json.loads(answered(server, "GET", "/models").body) == {"models": []}


def test_a_model_is_loaded_told_of_asked_and_forgotten(server: MultiModel, trained: Path) -> None:
    folder = trained / "model"
    assert load(server, "a1", folder).status == 200
    told = {"modelName": "a1", "modelUrl": str(folder)}
    assert json.loads(answered(server, "GET", "/models").body) == {"models": [told]}
    assert json.loads(answered(server, "GET", "/models/a1").body) == told
    assert set(json.loads(invoke(server, "a1").body)["predictions"][0]) == {"label", "score"}
    assert answered(server, "DELETE", "/models/a1").status == 200
    assert invoke(server, "a1").status == 404


@pytest.mark.parametrize(("target", "version"), [("champion.tar.gz", "3"), ("2.tar.gz", "2")])
def test_an_answer_says_which_version_gave_it(server: MultiModel, trained: Path, target: str, version: str) -> None:
    load(server, "a1", trained / "model")
    assert invoke(server, "a1", target).headers["x-amzn-sagemaker-custom-attributes"] == version


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/models/a1"), ("DELETE", "/models/a1"), ("POST", "/models/a1/invoke")]
)
def test_a_model_that_is_not_loaded_is_404(server: MultiModel, method: str, path: str) -> None:
    found = answered(server, method, path)
    assert (found.status, error(found)) == (404, "model a1 is not loaded")


def test_a_model_that_is_loaded_is_not_loaded_again(server: MultiModel, trained: Path) -> None:
    load(server, "a1", trained / "model")
    found = load(server, "a1", trained / "model")
    assert (found.status, error(found)) == (409, "model a1 is loaded already")


def test_without_room_a_model_is_507_until_another_is_forgotten(trained: Path) -> None:
    folder = trained / "model"
    server = MultiModel(Models(EXPANSION * size(folder)), champion="1")
    assert load(server, "a1", folder).status == 200
    found = load(server, "a2", folder)
    assert (found.status, error(found)) == (507, f"model a2 needs {EXPANSION * size(folder)} bytes, 0 are left")
    answered(server, "DELETE", "/models/a1")
    assert load(server, "a2", folder).status == 200


def test_a_model_that_finds_no_memory_is_507(tmp_path: Path) -> None:
    def exhausted(folder: Path) -> answers.Answers:
        raise MemoryError

    found = load(MultiModel(Models(PLENTY, exhausted), champion="1"), "a1", tmp_path)
    assert (found.status, error(found)) == (507, "model a1 found no memory")


def test_a_model_whose_files_are_missing_is_500_and_not_loaded(
    server: MultiModel, trained: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(trained / "model", folder)
    (folder / "model.json").unlink()
    found = load(server, "a1", folder)
    assert found.status == 500
    assert error(found).startswith("model a1 cannot be loaded: ")
    assert "model.json" in error(found)
    assert json.loads(answered(server, "GET", "/models").body) == {"models": []}


@pytest.mark.parametrize("body", [b"", b"[]", b'{"model_name": "a1"}', b"\xff"])
def test_a_load_that_names_no_model_is_refused(server: MultiModel, body: bytes) -> None:
    found = answered(server, "POST", "/models", [body])
    assert found.status == 400
    assert error(found).startswith('expected {"model_name": …, "url": …}, found b')


@pytest.mark.parametrize(("method", "path"), [("POST", "/invocations"), ("PUT", "/models"), ("GET", "/models/a/b")])
def test_other_paths_are_404(server: MultiModel, method: str, path: str) -> None:
    found = answered(server, method, path)
    assert (found.status, error(found)) == (404, f"expected /models or /models/NAME/invoke, found {method} {path}")


def test_half_of_the_instances_memory_is_for_models(monkeypatch: pytest.MonkeyPatch, trained: Path) -> None:
    needed = EXPANSION * size(trained / "model")
    for pages, status in ((2 * needed, 200), (2 * needed - 2, 507)):
        monkeypatch.setattr("os.sysconf", {"SC_PAGE_SIZE": 1, "SC_PHYS_PAGES": pages}.__getitem__)
        assert load(multi_model.application({}), "a1", trained / "model").status == status


def test_the_program_starts_without_a_model_and_loads_what_it_is_told(trained: Path, tmp_path: Path) -> None:
    with program(tmp_path, SAGEMAKER_MULTI_MODEL="true", CHAMPION="3") as served:
        assert served.ask("GET", "/ping").status == 200
        told = json.dumps({"model_name": "a1", "url": str(trained / "model")}).encode()
        assert served.ask("POST", "/models", told).status == 200
        headers = {"Content-Type": "application/json", "X-Amzn-SageMaker-Target-Model": "champion.tar.gz"}
        found = served.ask("POST", "/models/a1/invoke", json.dumps({"instances": [ROW]}).encode(), headers)
        assert (found.status, found.headers["x-amzn-sagemaker-custom-attributes"]) == (200, "3")
