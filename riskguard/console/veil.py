"""What a moderator reads of a post before it is revealed: its words with what the verdict hides hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from riskguard.domain.finding import Cause, Finding
from riskguard.domain.post import Post
from riskguard.domain.verdict import Verdict
from riskguard.services.ports import Mask
from riskguard.text.mask import PERSONAL, places_of

HIDDEN = "*"
_READER = "pii"
"""The detector whose silence leaves nobody to say what is personal."""
_SHORTEST_QUOTE = 2
_GAP = "\ufdd1"
"""A noncharacter: no author's text has a reason to hold it."""


@dataclass(frozen=True, slots=True)
class Veil:
    """The words as they are shown. `text` is as long as the post's, so that spans of evidence point into it as well;
    `whole` says that all of it is hidden, since nobody could tell what in it is personal."""

    text: str
    title: str
    mask: Mask
    quotes: tuple[tuple[str, str], ...] = ()
    whole: bool = False

    def over(self, words: str) -> str:
        """What a detector said of the post, without the raw words that are hidden."""
        for raw, shown in self.quotes:
            words = words.replace(raw, shown)
        return words

    def over_talk(self, words: str) -> str:
        """What people wrote beside the post, which no panel has read: masked as well."""
        return self.mask(self.over(words))


def lifted(post: Post) -> Veil:
    """Nothing is hidden."""
    return Veil(post.text, post.title, mask=lambda words: words)


def veiled(post: Post, verdict: Verdict | None, *, mask: Mask) -> Veil:
    """The post as the verdict masks it; hidden whole where there is no verdict, or none that has read it."""
    if verdict is None or not (verdict.masked_text or not post.text) or _unread(verdict):
        return Veil(_stars(post.text), _stars(post.title), mask, whole=True)
    hidden = _hidden(post.text, verdict.masked_text, verdict.findings)
    text = "".join([HIDDEN if at in hidden else char for at, char in enumerate(post.text)])
    quotes = tuple(sorted(set(_quotes(post.text, text, verdict)), key=lambda quote: -len(quote[0])))
    veil = Veil(text, "", mask, quotes)
    in_title = any(f.in_title and f.label.startswith(PERSONAL) for f in verdict.findings)
    title = veil.over_talk(post.title)
    return Veil(text, _stars(title) if in_title and title == post.title else title, mask, quotes)


def _unread(verdict: Verdict) -> bool:
    return any(each.detector == _READER and each.cause is Cause.FAILED for each in verdict.abstentions)


def _hidden(raw: str, masked: str, findings: Sequence[Finding]) -> set[int]:
    """Positions that the masked text does not show. Where it is of another length, that is all of the personal
    information, if the rest stands there; else all between what both begin and end with."""
    if len(raw) == len(masked):
        return {at for at, (mine, theirs) in enumerate(zip(raw, masked, strict=True)) if mine != theirs}
    for asked in ((), {finding.label for finding in findings}):
        places = places_of(raw, findings, asked=asked)
        covered = {at for place in places for at in range(place.start, place.end)}
        if _rest_stands(raw, covered, masked):
            return covered
    head = _alike(raw, masked)
    tail = _alike(raw[head:][::-1], masked[head:][::-1])
    return set(range(head, len(raw) - tail))


def _rest_stands(raw: str, covered: set[int], masked: str) -> bool:
    """Whether what is not covered stands in the masked text, piece by piece in its order, with nothing around it."""
    marked = "".join([_GAP if at in covered else char for at, char in enumerate(raw)])
    first, *between = re.split(f"{_GAP}+", marked)
    if not between:
        return masked == first
    last = between.pop()
    at = len(first)
    for piece in between:
        found = masked.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return masked.startswith(first) and masked.endswith(last) and at <= len(masked) - len(last)


def _alike(one: str, other: str) -> int:
    """How many characters both begin with."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _quotes(raw: str, shown: str, verdict: Verdict) -> Iterator[tuple[str, str]]:
    """Each piece of evidence that is hidden in part, raw and as shown."""
    for finding in verdict.findings:
        for span in finding.spans:
            quote = raw[span.start : span.end]
            if len(quote) >= _SHORTEST_QUOTE and quote != (veiled_quote := shown[span.start : span.end]):
                yield quote, veiled_quote


def _stars(words: str) -> str:
    return re.sub(r"\S", HIDDEN, words)
