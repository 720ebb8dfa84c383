"""The detector 'lexicon': one pass over the batch tells which posts hold a term; only those are looked at closely."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, filterfalse
from math import prod
from pathlib import Path
from typing import NamedTuple, Self

from ahocorasick_rs import AhoCorasick, Implementation

from riskguard.detectors.lexicon.disguise import Disguises, Hidden
from riskguard.detectors.lexicon.files import Lexicon, Term, Tier, load_lexicon
from riskguard.detectors.lexicon.sighting import Manner, Sighting, Stretch, merged, sighting
from riskguard.detectors.lexicon.spoken import SPOKEN_OF, spoken_of
from riskguard.detectors.lexicon.together import Beside, Companions, Found, says_more, speaking
from riskguard.detectors.lexicon.way import Way, usual_ways
from riskguard.detectors.lexicon.words import Words, warm, words_of
from riskguard.domain.finding import CROSSING, DISGUISED, Abstention, EvidenceSpan, Finding
from riskguard.domain.post import Post
from riskguard.text.meaning import Meaning, Meant
from riskguard.text.noise import kept_positions, squeezed
from riskguard.text.view import TextView

_BETWEEN = "\0"
_CERTAIN_ENOUGH = 0.99
_REPORTED = 0.5
"""What is left of a score where the text reports or warns."""

_MOST_DOUBTED = 400
"""So many sightings of one text may turn out to be words that meet by chance; a text with more of them means it."""

_MOST_SPANS = 50
"""So many places of one label are shown; the fact 'more' counts the others."""


_Match = tuple[int, int, int]
"""The number of a searched key, and [start, end) in the text without noise."""


class _Hit(NamedTuple):
    """A searched key at [start, end) of the folded text, and where each of its characters stands there."""

    key: str
    start: int
    end: int
    positions: Sequence[int]


class LexiconDetector:
    """Finds listed terms in folded text, with or without noise inside, unless a benign phrase contains them."""

    name = "lexicon"
    absences: tuple[Abstention, ...] = ()

    def __init__(self, lexicon: Lexicon) -> None:
        self.version = lexicon.version
        self.labels = frozenset({term.label for term in lexicon.terms} | {pair.label for pair in lexicon.pairs})
        self._terms: dict[str, list[Term]] = {}
        for term in lexicon.terms:
            self._terms.setdefault(term.key, []).append(term)
        self._pairs: dict[str, list[Companions]] = {}
        for pair in lexicon.pairs:
            self._pairs.setdefault(pair.key, []).append(Companions.of(pair))
        self._spellings = {each.key: each for each in lexicon.spellings}
        self._sought = self._terms.keys() | self._pairs.keys()
        self._allowed = lexicon.allowed
        self._reports = lexicon.reports
        self._harmless = (lexicon.allowed | lexicon.reports.phrases) - self._sought - self._spellings.keys()
        self._keys = sorted(self._sought | self._spellings.keys() | lexicon.allowed | lexicon.reports.phrases)
        self._automaton = AhoCorasick(self._keys, implementation=Implementation.ContiguousNFA)
        self._disguises = Disguises(_ways(lexicon), {term.key for term in lexicon.terms if term.channels})
        warm()

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The lexicon in `folder`; PolicyInvalid with every fault of every file."""
        return cls(load_lexicon(folder))

    def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float) -> list[list[Finding]]:
        """One finding per label whose terms stand in a post, with all their places."""
        asked = [(view.raw, view.folded) for view in views]
        distinct = dict(zip(asked, views, strict=True))
        found = dict(zip(distinct, self._read(list(distinct.values())), strict=True))
        return [[each for each in found[text] if each.score >= floor] for _, text in zip(posts, asked, strict=True)]

    def _read(self, views: Sequence[TextView]) -> list[Sequence[Finding]]:
        """What each text holds; each is read for itself, so the many copies in a wave of spam cost as much as one."""
        findings: list[Sequence[Finding]] = [()] * len(views)
        matches = self._matches([squeezed(view.folded) for view in views])
        suspects = [
            at for at, each in matches.items() if any(self._keys[key] not in self._harmless for key, *_ in each)
        ]
        hidden = self._disguises.hidden(views)
        looked_at = sorted({*suspects, *hidden})
        for at, words in zip(looked_at, words_of([views[at].folded for at in looked_at]), strict=True):
            view = views[at]
            disguised = self._disguises.seen(view, hidden.get(at, ()), words)
            findings[at] = self._findings(view, self._hits(view, matches.get(at, ())), disguised, words)
        return findings

    def meanings(self, views: Sequence[TextView]) -> list[Meaning]:
        """Each text with the listed terms in place of their disguises, the clearest first where they overlap."""
        hidden = self._disguises.hidden(views)
        matches = self._matches([squeezed(view.folded) for view in views])
        words = words_of([view.folded for view in views])
        return [
            self._meaning(view, matches.get(at, ()), hidden.get(at, ()), words[at]) for at, view in enumerate(views)
        ]

    def _meaning(self, view: TextView, matches: Sequence[_Match], hidden: Sequence[Hidden], words: Words) -> Meaning:
        hits = self._hits(view, matches)
        benign = self._benign(hits)
        noisy = (sighting(view, hit.key, hit.positions) for hit in hits if hit.key in self._sought)
        seen = [
            each
            for each in (*noisy, *self._spelt(view, hits, words), *self._disguises.seen(view, hidden, words))
            if each is not None and each.disguised and not benign(each)
        ]
        seen.sort(key=lambda each: (-each.clarity * len(each.key), each.start))
        return Meaning.of(view, (Meant(each.key, each.start, each.end) for each in seen))

    def _matches(self, texts: Sequence[str]) -> dict[int, list[_Match]]:
        """Where the searched keys stand in each text that holds any, by its position; in the order of the texts."""
        starts = [0, *accumulate(len(text) + 1 for text in texts)]
        found: dict[int, list[_Match]] = defaultdict(list)
        number = 0
        for key, start, end in self._automaton.find_matches_as_indexes(_BETWEEN.join(texts), overlapping=True):
            while end > starts[number + 1]:
                number += 1
            found[number].append((key, start - starts[number], end - starts[number]))
        return found

    def _findings(
        self, view: TextView, hits: Sequence[_Hit], disguised: Sequence[Sighting], words: Words
    ) -> list[Finding]:
        terms: dict[str, list[Found]] = defaultdict(list)
        pairs: dict[str, list[Found]] = defaultdict(list)
        benign = self._benign(hits)
        sought = [hit for hit in hits if hit.key in self._sought and not benign(hit)]
        known = merged((hit.start, hit.end) for hit in sought)
        seen = 0
        for hit in sought:
            for found, together in self._seen(view, hit, known, words if seen < _MOST_DOUBTED else None):
                seen += 1
                (pairs if together else terms)[found.term.label].append(found)
        if seen < _MOST_DOUBTED:
            spelt = self._spelt(view, hits, words)
            for found, together in self._hidden(view, filterfalse(benign, (*spelt, *disguised))):
                beside = (pairs if together else terms)[found.term.label]
                if not any(says_more(other, found) for other in beside):
                    beside.append(found)
        told = not self._reports.phrases.isdisjoint([hit.key for hit in hits])
        return [
            self._finding(view, label, speaking(terms.get(label, ()), pairs.get(label, ())), told=told)
            for label in sorted(terms.keys() | pairs.keys())
        ]

    def _seen(
        self, view: TextView, hit: _Hit, known: Sequence[Stretch], words: Words | None
    ) -> Sequence[tuple[Found, bool]]:
        """What the hit is, each with whether it is a pair. How it stands is asked last: that is what costs."""
        near = self._near(view, hit)
        if not near and hit.key not in self._terms:
            return ()
        seen = sighting(view, hit.key, hit.positions, known, words)
        if seen is None:
            return ()
        if spoken_of(view, seen.start, seen.end):
            seen = seen._replace(believed=seen.believed * SPOKEN_OF)
        return self._means(seen, near)

    def _spelt(self, view: TextView, hits: Iterable[_Hit], words: Words) -> Iterator[Sighting]:
        """The terms that listed spellings among the hits stand for."""
        for hit in hits:
            spelling = self._spellings.get(hit.key)
            if spelling is not None and sighting(view, hit.key, hit.positions) is not None:
                seen = self._disguises.spelt(view, spelling, hit.start, hit.end, words)
                if seen is not None:
                    yield seen

    def _hidden(self, view: TextView, disguised: Iterable[Sighting]) -> list[tuple[Found, bool]]:
        """What the disguised keys are, as `_seen` tells it, the weightiest first."""
        means = [found for seen in disguised for found in self._means(seen, self._near(view, seen))]
        return sorted(means, key=lambda each: (-each[0].weight, each[0].seen.start - each[0].seen.end))

    def _near(self, view: TextView, hit: _Hit | Sighting) -> Sequence[tuple[Companions, Beside]]:
        """The pairs whose key the hit is, as far as they have company."""
        ready = self._pairs.get(hit.key)
        if not ready:
            return ()
        return [(each, beside) for each in ready if (beside := each.beside(view, hit.start, hit.end)) is not None]

    def _means(self, seen: Sighting, near: Sequence[tuple[Companions, Beside]]) -> list[tuple[Found, bool]]:
        means = [(Found.of(term, seen), False) for term in self._terms.get(seen.key, ())]
        return [*means, *((companions.found(seen, beside), True) for companions, beside in near)]

    def _hits(self, view: TextView, matches: Sequence[_Match]) -> list[_Hit]:
        if not matches:
            return []
        positions = kept_positions(view.folded)
        return [
            _Hit(self._keys[key], positions[start], positions[end - 1] + 1, positions[start:end])
            for key, start, end in matches
        ]

    def _benign(self, hits: Sequence[_Hit]) -> Callable[[_Hit | Sighting], bool]:
        """Whether one of the benign phrases among the hits contains a place."""
        benign = sorted((hit.start, hit.end) for hit in hits if hit.key in self._allowed)
        if not benign:
            return lambda _: False
        starts = [start for start, _ in benign]
        reach = [0, *accumulate((end for _, end in benign), max)]  # how far a phrase goes that begins so early
        return lambda place: place.end <= reach[bisect_right(starts, place.start)]

    def _finding(self, view: TextView, label: str, found: Sequence[Found], *, told: bool) -> Finding:
        best: dict[str, float] = {}
        for each in found:
            best[each.term.key] = max(best.get(each.term.key, 0.0), each.weight)
        score = min(_CERTAIN_ENOUGH, 1 - prod(1 - each for each in best.values()))
        reported = told and self._reports.speak_of(label)
        if reported:
            score *= _REPORTED
        more = len(found) - _MOST_SPANS
        spans = _spans(view, found[:_MOST_SPANS], reported=reported)
        facts: dict[str, str | int | float | bool] = {"more": more} if more > 0 else {}
        if any(each.seen.disguised for each in found):
            facts[DISGUISED] = True
        elif all(each.seen.manner is Manner.CROSSING for each in found):
            facts[CROSSING] = True
        return Finding(label, round(score, 4), self.name, spans, facts)


def _spans(view: TextView, found: Iterable[Found], *, reported: bool) -> tuple[EvidenceSpan, ...]:
    remark = "，全文像是报道或提醒" if reported else ""
    return tuple(
        view.span(each.seen.start, each.seen.end, each.seen.explain(each.term.written) + remark) for each in found
    )


def _ways(lexicon: Lexicon) -> dict[str, frozenset[Way]]:
    """In which disguises each key is looked for: those of all its terms and pairs."""
    ways: dict[str, frozenset[Way]] = {}
    for term in lexicon.terms:
        usual = usual_ways(term.key, weak=term.tier is Tier.WEAK) if term.channels is None else term.channels
        ways[term.key] = ways.get(term.key, frozenset()) | usual
    for pair in lexicon.pairs:
        ways[pair.key] = ways.get(pair.key, frozenset()) | usual_ways(pair.key, weak=pair.tier is Tier.WEAK)
    return ways
