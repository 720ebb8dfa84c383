"""Laws of the marked text: whatever the spans, the author's words come through whole."""

import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from riskguard.console.marking import Look, excerpt, marks_in, rendered, segments
from riskguard.domain.finding import EvidenceSpan, Finding

LABELS = ("abuse.insult", "pii.mobile", "custom.<b>")
NASTY = '<script>alert("1")</script>&amp;\u200b\u202e\n😀家👨\u200d👩 \'"'

texts = st.lists(st.sampled_from(NASTY) | st.characters(codec="utf-8"), max_size=30).map("".join)
spans = st.tuples(st.integers(0, 34), st.integers(1, 40)).map(
    lambda pair: EvidenceSpan(pair[0], pair[0] + pair[1], '"><i>reason</i>')
)
findings = st.lists(
    st.builds(
        Finding,
        label=st.sampled_from(LABELS),
        score=st.floats(0, 1),
        detector=st.just("lexicon"),
        spans=st.lists(spans, max_size=4).map(tuple),
    ),
    max_size=6,
)


def look(label: str) -> Look:
    return Look(f"<{label}>", "tone-custom", faint=label == "pii.mobile")


class Words(HTMLParser):
    """What a browser would show as text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.shown = ""
        self.tags: set[str] = set()

    def handle_data(self, data: str) -> None:
        self.shown += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)


@given(texts, findings)
def test_without_its_tags_the_marked_text_is_the_escaped_text(text: str, found: list[Finding]) -> None:
    html = rendered(segments(text, marks_in(text, found)), look)
    assert re.sub(r"<[^>]*>", "", html) == str(escape(text))


@given(texts, findings)
def test_a_reader_sees_the_text_as_written_and_only_our_tags(text: str, found: list[Finding]) -> None:
    words = Words()
    words.feed(str(rendered(segments(text, marks_in(text, found)), look)))
    words.close()
    assert words.shown == text
    assert words.tags <= {"mark", "span"}


@given(texts, findings)
def test_every_character_lies_under_exactly_the_marks_that_cover_it(text: str, found: list[Finding]) -> None:
    marks = marks_in(text, found)
    covered = [{mark.number for mark in segment.marks} for segment in segments(text, marks) for _ in segment.text]
    assert covered == [{m.number for m in marks if m.start <= index < m.end} for index in range(len(text))]


@given(texts, findings, st.integers(1, 40))
def test_an_excerpt_is_short_and_shows_where_the_strongest_mark_begins(
    text: str, found: list[Finding], chars: int
) -> None:
    marks = marks_in(text, found)
    line = excerpt(text, marks, chars=chars, lead=chars // 2)
    assert sum(len(segment.text) for segment in line) <= chars + 2
    shown = {mark.number for segment in line for mark in segment.marks}
    assert not marks or max(marks, key=lambda m: m.score).number in shown
