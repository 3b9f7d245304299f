from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.store import Database, Store

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(Database(tmp_path / "state.db"), "codecommit")


def test_a_record_survives_a_new_connection(tmp_path: Path) -> None:
    Store(Database(tmp_path / "state.db"), "s").table("t")["a"] = {"n": 1}
    assert Store(Database(tmp_path / "state.db"), "s").table("t")["a"] == {"n": 1}


def test_a_missing_key_is_a_key_error(store: Store) -> None:
    table = store.table("repositories")
    with pytest.raises(KeyError, match="absent"):
        table["absent"]
    with pytest.raises(KeyError, match="absent"):
        del table["absent"]


def test_records_read_are_copies(store: Store) -> None:
    table = store.table("repositories")
    table["a"] = {"tags": []}
    table["a"]["tags"].append("x")
    assert table["a"] == {"tags": []}


def test_keys_keep_the_order_in_which_they_came(store: Store) -> None:
    table = store.table("repositories")
    for key in ("b", "a", "c"):
        table[key] = {}
    table["a"] = {"changed": True}
    assert list(table) == ["b", "a", "c"]


def test_records_that_go_while_they_are_looked_at_are_no_error(store: Store) -> None:
    table = store.table("t")
    table.update({"a": {"n": 1}, "b": {"n": 2}})
    seen = []
    for key, record in table.items():
        del table[key]
        seen.append(record["n"])
    table.update({"a": {"n": 3}, "b": {"n": 4}})
    for record in table.values():
        table.clear()
        seen.append(record["n"])
    assert seen == [1, 2, 3, 4]


def test_tables_of_two_services_do_not_meet(tmp_path: Path) -> None:
    database = Database(tmp_path / "state.db")
    Store(database, "one").table("t")["a"] = {}
    assert "a" not in Store(database, "two").table("t")


def test_changes_from_many_threads_are_all_kept(store: Store) -> None:
    table = store.table("counters")
    table["n"] = {"value": 0}

    def add(record: dict[str, int]) -> None:
        record["value"] += 1

    threads = [threading.Thread(target=lambda: [table.change("n", add) for _ in range(20)]) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert table["n"] == {"value": 100}


def test_a_claim_is_given_once(store: Store) -> None:
    table = store.table("claims")
    assert table.claim("version", {"by": "first"})
    assert not table.claim("version", {"by": "second"})
    assert table["version"] == {"by": "first"}


@given(st.dictionaries(st.text(), JSON))
def test_any_json_object_comes_back_as_it_went_in(
    tmp_path_factory: pytest.TempPathFactory, record: dict[str, object]
) -> None:
    table = Store(Database(tmp_path_factory.mktemp("db") / "state.db"), "s").table("t")
    table["key"] = record
    assert table["key"] == record
