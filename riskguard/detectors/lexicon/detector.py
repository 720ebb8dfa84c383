"""The detector 'lexicon': one pass over the batch tells which posts hold a term; only those are looked at closely."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import prod
from pathlib import Path
from typing import Self

from ahocorasick_rs import AhoCorasick, Implementation

from riskguard.detectors.lexicon.files import Lexicon, Term, Tier, load_lexicon
from riskguard.detectors.lexicon.sighting import Sighting, sighting
from riskguard.domain.finding import Abstention, EvidenceSpan, Finding
from riskguard.domain.post import Post
from riskguard.text import segment
from riskguard.text.noise import kept_positions, squeezed
from riskguard.text.view import TextView

_BETWEEN = "\0"
_SCORE = {Tier.STRONG: 0.9, Tier.MEDIUM: 0.6, Tier.WEAK: 0.3}
"""What a term says by itself when it stands there plainly. Set by hand until they are calibrated."""

_CERTAIN_ENOUGH = 0.99


class LexiconDetector:
    """Finds listed terms in folded text, with or without noise inside, unless a benign phrase contains them."""

    name = "lexicon"
    absences: tuple[Abstention, ...] = ()

    def __init__(self, lexicon: Lexicon) -> None:
        self.version = lexicon.version
        self.labels = frozenset(term.label for term in lexicon.terms)
        self._terms: dict[str, list[Term]] = defaultdict(list)
        for term in lexicon.terms:
            self._terms[term.key].append(term)
        self._allowed = lexicon.allowed
        self._keys = sorted(self._terms.keys() | lexicon.allowed)
        self._automaton = AhoCorasick(self._keys, implementation=Implementation.ContiguousNFA)
        segment.warm()

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The lexicon in `folder`; PolicyInvalid with every fault of every file."""
        return cls(load_lexicon(folder))

    def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float) -> list[list[Finding]]:
        """One finding per label whose terms stand in a post, with all their places."""
        texts = [squeezed(view.folded) for view in views]
        findings: list[list[Finding]] = [[] for _ in posts]
        for at in self._suspects(texts):
            findings[at] = [f for f in self._findings(views[at], texts[at]) if f.score >= floor]
        return findings

    def _suspects(self, texts: Sequence[str]) -> list[int]:
        """Positions of the texts that hold a term or benign phrase."""
        starts = [0, *accumulate(len(text) + 1 for text in texts)]
        hits = self._automaton.find_matches_as_indexes(_BETWEEN.join(texts))
        return sorted({bisect_right(starts, start) - 1 for _, start, _ in hits})

    def _findings(self, view: TextView, text: str) -> list[Finding]:
        by_label: dict[str, list[tuple[Term, Sighting]]] = defaultdict(list)
        for seen in self._sightings(view, text):
            for term in self._terms[seen.key]:
                by_label[term.label].append((term, seen))
        return [self._finding(view, label, _longest(found)) for label, found in sorted(by_label.items())]

    def _sightings(self, view: TextView, text: str) -> list[Sighting]:
        """Every place where a term stands and no benign phrase contains it."""
        positions = kept_positions(view.folded)
        benign: list[tuple[int, int]] = []
        seen: list[Sighting] = []
        for number, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            key = self._keys[number]
            if key in self._allowed:
                benign.append((positions[start], positions[end - 1] + 1))
            if key in self._terms:
                found = sighting(view, key, positions[start:end])
                seen.extend([found] if found is not None else [])
        return [s for s in seen if not any(a <= s.start and s.end <= b for a, b in benign)]

    def _finding(self, view: TextView, label: str, found: Sequence[tuple[Term, Sighting]]) -> Finding:
        best: dict[str, float] = {}
        for term, seen in found:
            best[term.key] = max(best.get(term.key, 0.0), _SCORE[term.tier] * seen.clarity)
        score = min(_CERTAIN_ENOUGH, 1 - prod(1 - each for each in best.values()))
        return Finding(label, round(score, 4), self.name, _spans(view, found))


def _longest(found: Iterable[tuple[Term, Sighting]]) -> list[tuple[Term, Sighting]]:
    """Without those that stand inside a longer one of the same label."""
    ordered = sorted(found, key=lambda each: (each[1].start, -each[1].end))
    kept: list[tuple[Term, Sighting]] = []
    reach = -1
    for term, seen in ordered:
        if seen.end > reach:
            kept.append((term, seen))
            reach = seen.end
    return kept


def _spans(view: TextView, found: Iterable[tuple[Term, Sighting]]) -> tuple[EvidenceSpan, ...]:
    return tuple(view.span(seen.start, seen.end, seen.explain(term.written)) for term, seen in found)
