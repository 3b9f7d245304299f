"""`#{…}`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.engine.services.codepipeline.variables import Unresolved, references, resolve, resolve_all

pytestmark = pytest.mark.specification("docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html")

NAMES = st.from_regex(r"[A-Za-z0-9@\-_]{1,12}", fullmatch=True)
TEXTS = st.text(max_size=20).filter(lambda text: "#{" not in text and not text.endswith("#") and "{" not in text)


@given(NAMES, NAMES, TEXTS, TEXTS, st.text(max_size=20))
def test_a_reference_is_replaced_and_the_text_around_it_kept(
    namespace: str, name: str, before: str, after: str, value: str
) -> None:
    text = f"{before}#{{{namespace}.{name}}}{after}"
    assert references(text) == [(namespace, name)]
    assert resolve(text, {namespace: {name: value}}) == before + value + after


@given(TEXTS)
def test_a_text_without_references_stays_as_it_is(text: str) -> None:
    assert resolve(text, {}) == text


def test_a_value_is_not_resolved_again() -> None:
    assert resolve("#{A.x}", {"A": {"x": "#{A.x}"}}) == "#{A.x}"


def test_an_unknown_namespace_is_named() -> None:
    with pytest.raises(Unresolved, match=r"#\{B.x\}: no action of this execution has produced the namespace B"):
        resolve("#{B.x}", {"A": {}})


def test_an_unknown_name_is_answered_with_those_that_are_there() -> None:
    with pytest.raises(Unresolved, match=r"#\{A.z\}: the namespace A has x, y"):
        resolve("#{A.z}", {"A": {"y": "1", "x": "2"}})


@pytest.mark.parametrize("text", ["#{A}", "#{}", "#{A.b.c}", "#{A b.c}", "#{.c}"])
def test_a_malformed_reference_is_refused(text: str) -> None:
    with pytest.raises(Unresolved, match="a namespace and a key separated by a period"):
        resolve(text, {"A": {"b": "1"}})


def test_a_configuration_that_grows_too_large_is_refused() -> None:
    with pytest.raises(Unresolved, match="the resolved configuration has 102401 bytes; at most 102400 are allowed"):
        resolve_all({"k": "#{A.x}"}, {"A": {"x": "y" * 102400}})
