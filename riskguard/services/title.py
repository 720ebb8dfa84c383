"""A title is read as the first line of its post, and evidence stands in the text alone."""

from __future__ import annotations

from dataclasses import replace

from riskguard.domain.finding import TITLE, EvidenceSpan, Finding, Reading
from riskguard.domain.post import Post


def words_of(post: Post) -> str:
    """What is read of a post: its title, if it has one, as a line of its own before the text."""
    return f"{post.title}\n{post.text}" if post.title else post.text


def in_text(reading: Reading, post: Post) -> Reading:
    """The reading of `words_of(post)` with its spans moved into `post.text`.

    A finding whose evidence stands in the title only has no spans, and says where it was found.
    """
    if not post.title:
        return reading
    before = len(post.title) + 1
    return replace(reading, findings=tuple([_moved(finding, before) for finding in reading.findings]))


def _moved(finding: Finding, before: int) -> Finding:
    if not finding.spans:
        return finding
    spans = tuple(
        [EvidenceSpan(max(0, s.start - before), s.end - before, s.reason) for s in finding.spans if s.end > before]
    )
    return replace(finding, spans=spans, facts=finding.facts if spans else {**finding.facts, **TITLE})
