"""Spans of evidence, as they are shown."""

import re

import pytest

from riskguard.console.marking import Look, excerpt, marks_in, rendered, segments
from riskguard.domain.finding import EvidenceSpan, Finding

NAMES = {"abuse": "攻击", "pii.mobile": "手机号"}


def look(label: str) -> Look:
    return Look(NAMES[label], "tone-privacy" if label == "pii.mobile" else "tone-compliance", faint=label == "abuse")


def found(label: str, score: float, *spans: tuple[int, int]) -> Finding:
    return Finding(label, score, "lexicon", tuple(EvidenceSpan(start, end, "缘由") for start, end in spans))


@pytest.mark.parametrize(
    ("findings", "pieces"),
    [
        pytest.param([], [("你好世界", ())], id="nothing-marked"),
        pytest.param([found("abuse", 0.9, (1, 3))], [("你", ()), ("好世", (1,)), ("界", ())], id="one"),
        pytest.param([found("abuse", 0.9, (0, 4))], [("你好世界", (1,))], id="all-of-it"),
        pytest.param(
            [found("abuse", 0.9, (0, 3)), found("pii.mobile", 1.0, (2, 4))],
            [("你好", (1,)), ("世", (1, 2)), ("界", (2,))],
            id="overlapping",
        ),
        pytest.param(
            [found("pii.mobile", 1.0, (1, 2)), found("abuse", 0.9, (0, 4))],
            [("你", (1,)), ("好", (1, 2)), ("世界", (1,))],
            id="one-inside-another",
        ),
        pytest.param(
            [found("abuse", 0.9, (0, 2), (2, 4))], [("你好", (1,)), ("世界", (2,))], id="side-by-side-stay-two"
        ),
        pytest.param(
            [found("abuse", 0.4, (0, 2)), found("abuse", 0.9, (0, 2))],
            [("你好", (1,)), ("世界", ())],
            id="twice-shown-once",
        ),
        pytest.param([found("abuse", 0.9, (2, 99))], [("你好", ()), ("世界", (1,))], id="past-the-end-is-cut"),
        pytest.param([found("abuse", 0.9, (4, 9))], [("你好世界", ())], id="behind-the-end-is-left-out"),
    ],
)
def test_text_is_cut_where_marks_begin_and_end(
    findings: list[Finding], pieces: list[tuple[str, tuple[int, ...]]]
) -> None:
    cut = segments("你好世界", marks_in("你好世界", findings))
    assert [(segment.text, tuple(mark.number for mark in segment.marks)) for segment in cut] == pieces


def test_offsets_are_code_points_not_bytes_or_utf16() -> None:
    text = "😀😀13900001111"
    html = rendered(segments(text, marks_in(text, [found("pii.mobile", 1.0, (2, 13))])), look)
    assert (
        html
        == '😀😀<mark class="tone-privacy" title="1. 手机号：缘由" data-evidence="1" data-ends="1">13900001111</mark>'
    )


def test_where_marks_overlap_the_one_that_a_rule_named_gives_the_colour() -> None:
    findings = [found("abuse", 1.0, (0, 2)), found("pii.mobile", 0.6, (0, 2))]
    html = rendered(segments("骂人", marks_in("骂人", findings)), look)
    assert 'class="tone-privacy doubled"' in html
    assert "1. 攻击：缘由\n2. 手机号：缘由" in html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        pytest.param("废\u200b物", '废<span class="unseen" data-code="U+200B">\u200b</span>物', id="zero-width-space"),
        pytest.param("a\u202eb", 'a<span class="unseen" data-code="U+202E">\u202e</span>b', id="turned-around"),
        pytest.param("👨\u200d👩", "👨\u200d👩", id="joined-emoji-stay-whole"),
        pytest.param("<b>&", "&lt;b&gt;&amp;", id="markup-is-text"),
        pytest.param("", "", id="empty"),
    ],
)
def test_what_an_author_hid_is_shown_and_what_they_wrote_is_escaped(text: str, html: str) -> None:
    assert rendered(segments(text, ()), look) == html


def test_an_excerpt_of_a_long_text_shows_the_strongest_mark_on_one_line() -> None:
    text = "前" * 50 + "\n" + "骂" * 2 + "后" * 200
    line = excerpt(text, marks_in(text, [found("abuse", 0.9, (51, 53))]), chars=40, lead=10)
    words = "".join(segment.text for segment in line)
    assert words == "…" + "前" * 9 + " " + "骂骂" + "后" * 28 + "…"


def test_an_excerpt_of_a_short_text_is_the_text() -> None:
    assert [segment.text for segment in excerpt("骂人", ())] == ["骂人"]


def test_the_number_of_a_span_that_others_cut_stands_once_at_its_end() -> None:
    text = "加我微信领取红包"
    marks = marks_in(text, [found("ad", 0.9, (0, 8)), found("ad.contact", 0.8, (2, 4))])
    html = rendered(segments(text, marks), lambda label: Look(label, "tone-x"))
    assert re.findall(r'data-ends="([^"]+)"', html) == ["2", "1"]
