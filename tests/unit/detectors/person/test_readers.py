"""Every reader against its own examples and near misses, which are data beside it."""

from __future__ import annotations

import time

import pytest

from riskguard.detectors.person import READERS, PersonDetector, Reader
from riskguard.detectors.person.words import words
from riskguard.detectors.pii import Example
from tests.unit.detectors.posts import read_by, shown

_EXAMPLES = [pytest.param(r, e, id=f"{r.label}-{n}") for r in READERS for n, e in enumerate(r.examples)]
_NEAR = [pytest.param(r, text, id=f"{r.label}-{n}") for r in READERS for n, text in enumerate(r.near_misses)]


def found_by(reader: Reader, text: str, *, floor: float = 0.05) -> list[tuple[str, float]]:
    """What the reader finds behind its gate, raw, with scores."""
    (findings,) = read_by(PersonDetector([reader]), text, floor=floor)
    return [(part, f.score) for f in findings for part in shown(text, f)]


@pytest.mark.parametrize(("reader", "example"), _EXAMPLES)
def test_an_example_is_found_where_it_stands(reader: Reader, example: Example) -> None:
    assert example.found in [part for part, _ in found_by(reader, example.text)]


@pytest.mark.parametrize(("reader", "text"), _NEAR)
def test_a_near_miss_is_left_alone(reader: Reader, text: str) -> None:
    assert [(part, score) for part, score in found_by(reader, text) if score >= 0.3] == []


@pytest.mark.parametrize("reader", READERS, ids=lambda r: r.label)
def test_every_reader_has_examples_and_near_misses(reader: Reader) -> None:
    assert len(reader.examples) >= 5
    assert len(reader.near_misses) >= 8


def test_all_read_together_and_say_that_rules_found_it() -> None:
    text = "3栋的王阿姨核酸阳性，收件人李四，寄到海淀区学院路30号"
    (findings,) = read_by(PersonDetector(), text)
    assert {f.label for f in findings} == {"pii.health", "pii.name", "pii.address"}
    assert {f.facts["by"] for f in findings} == {"rule"}


@pytest.mark.parametrize(
    ("text", "reader"),
    [
        pytest.param("我确诊了糖尿病", "pii.health", id="health"),
        pytest.param("他3月5日14:00从武昌站到汉口站", "pii.trajectory", id="trajectory"),
        pytest.param("她每天十点从食堂回宿舍", "pii.trajectory", id="habits"),
        pytest.param("朝阳区学院路30号3栋", "pii.address", id="address"),
        pytest.param("姓名王小明，", "pii.name", id="name"),
        pytest.param("大家去骂他", "doxxing", id="calls"),
    ],
)
def test_a_post_full_of_it_is_read_in_time(text: str, reader: str) -> None:
    detector = PersonDetector()
    read_by(detector, text * 40)  # what it asks is compiled by now
    began = time.process_time()
    (findings,) = read_by(detector, (text * 10_000)[:20_000])
    assert time.process_time() - began < 1.0
    assert reader in {f.label for f in findings}


@pytest.mark.parametrize("text", ["1-", "一号", "有癌", "做手术", "每天在", "1点在", "把他", "1"])
def test_beginnings_that_lead_nowhere_cost_little(text: str) -> None:
    detector = PersonDetector()
    read_by(detector, text * 40)  # what it asks is compiled by now
    began = time.process_time()
    read_by(detector, (text * 10_000)[:20_000])
    assert time.process_time() - began < 1.5


def test_tables_are_read_with_their_continued_lines() -> None:
    assert "李" in words("surnames")
    assert "欧阳" in words("surnames")
    assert words("often")[0] == "每天"
    with pytest.raises(KeyError):
        words("nothing")
