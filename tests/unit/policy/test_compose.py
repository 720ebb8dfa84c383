"""Both readers of YAML see the same in a file, and what is wrong is told in the words of one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from yaml.nodes import Node, ScalarNode

from riskguard.policy.compose import _PlainLoader, _QuickLoader, root_of
from tests.unit.policy.samples import POLICIES

_TRICKY = """# 注释
label: custom.tricky
empty:
plain: 两行
  连写 &不是锚点
quoted: ["单'引", '双"引', "\\u4e2d", '']
folded: >-
  一
  二 😂

kept: |+
  a
   b

flow: {term: 加v, n: 1, f: .5, b: yes, none: ~}
"""


def told(node: Node) -> Iterator[tuple[object, ...]]:
    """All that a Document asks of nodes."""
    place = (node.start_mark.line, node.start_mark.column)
    if isinstance(node, ScalarNode):
        yield node.tag, node.value, node.style or "", place, node.end_mark.line
        return
    yield node.tag, place
    for child in node.value:
        for each in child if isinstance(child, tuple) else (child,):
            yield from told(each)


@pytest.mark.parametrize("file", [None, *sorted((POLICIES / "lexicons").glob("*.yaml"))], ids=lambda f: f and f.stem)
def test_both_readers_see_the_same(file: Path | None) -> None:
    text = file.read_text(encoding="utf-8") if file else _TRICKY
    quick, plain = (yaml.compose(text, Loader=loader) for loader in (_QuickLoader, _PlainLoader))
    assert list(told(quick)) == list(told(plain))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("a: [b, c", "expected ',' or ']', but got '<stream end>'", id="torn"),
        pytest.param("a: b\tc\nd: 'e", "found character '\\t' that cannot start any token", id="torn-with-a-tab"),
        pytest.param("{ab? c: d}", "expected ',' or '}', but got '?'", id="only-the-plain-reader-refuses"),
        pytest.param("a: &x b\nc: *x", "aliases are not part of these files", id="an-alias"),
    ],
)
def test_a_fault_is_told_in_the_plain_readers_words(text: str, problem: str) -> None:
    with pytest.raises(yaml.MarkedYAMLError) as plain:
        yaml.compose(text, Loader=_PlainLoader)
    with pytest.raises(yaml.MarkedYAMLError) as told:
        root_of(text)
    assert told.value.problem == plain.value.problem == problem


def test_nesting_without_end_is_survived() -> None:
    with pytest.raises(RecursionError):
        root_of("[" * 50_000)
