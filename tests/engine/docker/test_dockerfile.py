"""Reading Dockerfiles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.docker.dockerfile import DockerfileError, parse, substitute

pytestmark = pytest.mark.specification("docs.docker.com/reference/dockerfile/")

VARIABLES = {"A": "one", "EMPTY": ""}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$A/${A}", "one/one"),
        ("${B:-two}${A:-two}", "twoone"),
        ("${EMPTY:-two}|${EMPTY-two}", "two|"),
        ("${A:+yes}${B:+no}", "yes"),
        ("$B", ""),
        (r"\$A", r"\$A"),
    ],
)
def test_variables_are_replaced_as_docker_does(text: str, expected: str) -> None:
    assert substitute(text, VARIABLES) == expected


def test_lines_are_joined_and_comments_left_out() -> None:
    text = "# syntax=docker/dockerfile:1\nfrom python:3.11\n\nRUN a && \\\n  # why\n  b\nCOPY --chmod=755 x /y\n"
    first, second, third = parse(text, "Dockerfile")
    assert (first.line, first.name, first.value) == (2, "FROM", "python:3.11")
    assert (second.line, second.value) == (4, "a && b")
    assert (dict(third.flags), third.value) == ({"chmod": "755"}, "x /y")


def test_another_escape_character_is_refused() -> None:
    with pytest.raises(DockerfileError, match="Dockerfile:1: the escape directive is not executed"):
        parse("# escape=`\nFROM a\n", "Dockerfile")


@given(st.text())
def test_any_text_is_parsed_or_refused_with_its_line(text: str) -> None:
    try:
        parse(text, "Dockerfile")
    except DockerfileError as refused:
        assert str(refused).startswith("Dockerfile:")
