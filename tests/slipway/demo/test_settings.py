from __future__ import annotations

import json
from pathlib import Path

import pytest

from slipway.demo import settings
from slipway.errors import BadInput

ROOT = Path(__file__).parents[3]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "mine.csv"
    rows = [f"{number},{number}.5,a,{'yes' if number % 3 else 'no'}\n" for number in range(30)]
    file.write_text("".join(["customer_id,minutes,plan,left\n", *rows]))
    return file


def test_the_demo_changes_the_configuration_only(tmp_path: Path) -> None:
    before = (ROOT / settings.CONFIG).read_bytes()
    made = settings.make(ROOT, None, None)
    assert list(made.replaced) == [settings.CONFIG]
    written = json.loads(made.replaced[settings.CONFIG])
    assert written == made.configuration
    autoscaling = written["serving"]["production"]["autoscaling"]
    assert {name: autoscaling[name] for name in settings.AUTOSCALING} == settings.AUTOSCALING
    assert (ROOT / settings.CONFIG).read_bytes() == before


def test_the_sample_is_asked_about_as_the_api_takes_it() -> None:
    made = settings.make(ROOT, None, None)
    names = [c["name"] for c in made.configuration["dataset"]["columns"] if c["type"] != "id"]
    assert list(made.features()) == names


def test_a_table_of_ones_own_travels_with_the_bundle(table: Path) -> None:
    made = settings.make(ROOT, table, "left")
    assert made.replaced["config/data/mine.csv"] == table.read_bytes()
    dataset = json.loads(made.replaced[settings.CONFIG])["dataset"]
    assert (dataset["uri"], dataset["target"]) == ("config/data/mine.csv", "left")
    assert made.features() == {"minutes": 0.5, "plan": "a"}
    assert made.sentences[0] == "Read 30 rows and 4 columns of mine.csv, UTF-8."


def test_the_settings_of_the_demo_hold_for_a_table_of_ones_own(table: Path) -> None:
    written = settings.make(ROOT, table, "left").configuration
    assert written["serving"]["production"]["autoscaling"]["invocationsPerInstance"] == 10


@pytest.mark.parametrize(("data", "target"), [(Path("a.csv"), None), (None, "left")])
def test_table_and_target_go_together(data: Path | None, target: str | None) -> None:
    with pytest.raises(BadInput, match="--data FILE and --target COLUMN go together"):
        settings.make(ROOT, data, target)


def test_a_table_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"there is no such file; expected a CSV with a header"):
        settings.make(ROOT, tmp_path / "nope.csv", "left")


def test_a_table_too_large_for_the_seed_is_refused_with_another_way(table: Path) -> None:
    with table.open("r+b") as file:
        file.truncate(15 * 1024 * 1024 + 1)
    with pytest.raises(BadInput, match=r"has 15,728,641 bytes, and the demo takes 15,728,640 at most.*`slipway drop`"):
        settings.make(ROOT, table, "left")


def test_a_folder_that_is_no_bundle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"holds no config/ml-pipeline.json; run this in the bundle's folder"):
        settings.make(tmp_path, None, None)
