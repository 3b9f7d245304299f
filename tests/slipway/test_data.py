from __future__ import annotations

from pathlib import Path

from slipway import data


def test_parts_of_a_table_differ_and_keep_the_header(tmp_path: Path) -> None:
    source = tmp_path / "source.csv"
    source.write_text("id,text\n" + "".join(f'{number},"a, b"\n' for number in range(7)))
    two_of_three = data.part_of(source, tmp_path / "two-of-three.csv", keep=2, of=3).read_text()
    three_of_four = data.part_of(source, tmp_path / "three-of-four.csv", keep=3, of=4).read_text()
    assert two_of_three == 'id,text\n0,"a, b"\n1,"a, b"\n3,"a, b"\n4,"a, b"\n6,"a, b"\n'
    assert three_of_four == 'id,text\n0,"a, b"\n1,"a, b"\n2,"a, b"\n4,"a, b"\n5,"a, b"\n6,"a, b"\n'
