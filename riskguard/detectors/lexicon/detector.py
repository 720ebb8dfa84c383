"""The detector 'lexicon': one pass over the batch tells which posts hold a term; only those are looked at closely."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate, filterfalse
from math import prod
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from ahocorasick_rs import AhoCorasick, Implementation

from riskguard.detectors.lexicon.dictionary import Numbers
from riskguard.detectors.lexicon.disguise import Disguises, Hidden
from riskguard.detectors.lexicon.files import Lexicon, Spelling, Term, Tier, load_lexicon
from riskguard.detectors.lexicon.line import Line, lines_of
from riskguard.detectors.lexicon.sighting import (
    OPEN,
    Manner,
    Sighting,
    Stretch,
    has_latin,
    inside,
    may_meet_by_chance,
    merged,
    only_dotted,
    sighting,
)
from riskguard.detectors.lexicon.spoken import SPOKEN_OF, may_be_spoken_of, spoken_of
from riskguard.detectors.lexicon.together import SCORE, Beside, Companions, Found, adds, speaking
from riskguard.detectors.lexicon.way import Way, usual_ways
from riskguard.detectors.lexicon.words import warm, words_of
from riskguard.domain.finding import CROSSING, DISGUISED, Abstention, EvidenceSpan, Finding
from riskguard.domain.post import Post
from riskguard.text.channels import Channels, channels_of
from riskguard.text.meaning import Meaning, Meant
from riskguard.text.view import TextView

_CERTAIN_ENOUGH = 0.99
_REPORTED = 0.5
"""What is left of a score where the text reports or warns."""

_MOST_DOUBTED = 400
"""So many sightings of one text may turn out to be words that meet by chance; a text with more of them means it."""

_WORD = 4
"""Characters beside a term that are cut into words with it."""

_MOST_SPANS = 50
"""So many places of one label are shown; the fact 'more' counts the others."""

_NOTHING = (0, 0.0)

_Near = Sequence[tuple[Companions, Beside]]
"""Pairs that have company, and where."""


class _Key(NamedTuple):
    """A string that is searched, and what it is in the lists."""

    key: str
    terms: Sequence[Term]
    pairs: Sequence[Companions]
    spelling: Spelling | None
    allowed: bool
    reports: bool
    may_meet_by_chance: bool
    sought: bool
    """Whether it is a term or of a pair."""
    free: bool
    """Whether it means the same whatever stands beside it, for no letter or number goes on with it."""


class _Hit(NamedTuple):
    """A searched key at [start, end) of the folded text, the most characters of noise in a row inside, and whether all
    of it stands there without anything between: folding left nothing out either."""

    what: _Key
    start: int
    end: int
    gap: int
    whole: bool
    may_be_spoken_of: bool


class LexiconDetector:
    """Finds listed terms in folded text, with or without noise inside, unless a benign phrase contains them."""

    name = "lexicon"
    absences: tuple[Abstention, ...] = ()

    def __init__(self, lexicon: Lexicon) -> None:
        self.version = lexicon.version
        self.labels = frozenset({term.label for term in lexicon.terms} | {pair.label for pair in lexicon.pairs})
        self._reports = lexicon.reports
        known = _known(lexicon)
        self._keys = {each.key: each for each in known}
        self._known = known
        self._automaton = AhoCorasick([each.key for each in known], implementation=Implementation.ContiguousNFA)
        curated = {term.key for term in lexicon.terms if term.channels}
        self._disguises = Disguises(_ways(lexicon), curated, self._says_as_much)
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
        read = channels_of(views)
        hits, hidden = self._hits(read), self._disguises.hidden(read)
        suspects = [at for at, each in hits.items() if any(hit.what.sought or hit.what.spelling for hit in each)]
        for line in lines_of(views, sorted({*suspects, *hidden})):
            at = line.number
            findings[at] = self._findings(line, hits.get(at, ()), hidden.get(at, ()))
        return findings

    def meanings(self, views: Sequence[TextView]) -> list[Meaning]:
        """Each text with the listed terms in place of their disguises, the clearest first where they overlap."""
        read = channels_of(views)
        hits, hidden = self._hits(read), self._disguises.hidden(read)
        return [
            self._meaning(line, hits.get(at, ()), hidden.get(at, ()))
            for at, line in enumerate(lines_of(views, range(len(views))))
        ]

    def _says_as_much(self, written: str, key: str) -> bool:
        """Whether what is written is itself a term under every label of the key."""
        itself, what = self._keys.get(written), self._keys[key]
        labels = {term.label for term in itself.terms} if itself else set()
        return labels.issuperset((*(each.label for each in what.terms), *(each.pair.label for each in what.pairs)))

    def _meaning(self, line: Line, hits: Sequence[_Hit], hidden: Sequence[Hidden]) -> Meaning:
        benign = _benign(hits)
        noisy = (sighting(line.view, hit.what.key, hit.start, hit.end, hit.gap) for hit in hits if hit.what.sought)
        seen = [
            each
            for each in (*noisy, *self._spelt(line, hits), *self._disguises.seen(line, hidden))
            if each is not None and each.disguised and not benign(each)
        ]
        seen.sort(key=lambda each: (-each.clarity * len(each.key), each.start))
        return Meaning.of(line.view, (Meant(each.key, each.start, each.end) for each in seen))

    def _hits(self, read: Channels) -> dict[int, list[_Hit]]:
        """Where the searched keys stand in each text that holds any, by its position, of those that begin at one place
        the longest first; in the order of the texts."""
        found: dict[int, list[_Hit]] = {}
        matches = self._automaton.find_matches_as_indexes(read.plain.joined, overlapping=True)
        if matches:
            found_at = np.array(matches)
            keys, starts, ends = found_at[np.lexsort((-found_at[:, 2], found_at[:, 1]))].T
            firsts, lasts = read.plain_at[starts], read.plain_at[ends - 1] + 1
            numbers, bases = read.folded.texts_at(firsts)
            gaps, spoken = _gaps(read.plain_at, starts, ends), may_be_spoken_of(read.folded, firsts, lasts)
            raw = read.plain.starts
            whole = (lasts - firsts == ends - starts) & (raw[ends - 1] - raw[starts] < ends - starts)
            places = (each.tolist() for each in (firsts - bases, lasts - bases, gaps, whole, spoken))
            hits = map(_Hit, map(self._known.__getitem__, keys.tolist()), *places)
            for number, hit in zip(numbers.tolist(), hits, strict=True):
                found.setdefault(number, []).append(hit)
        return found

    def _findings(self, line: Line, hits: Sequence[_Hit], hidden: Sequence[Hidden]) -> list[Finding]:
        terms: dict[str, list[Found]] = defaultdict(list)
        pairs: dict[str, list[Found]] = defaultdict(list)
        benign = _benign(hits)
        sought = [hit for hit in hits if hit.what.sought and not benign(hit)]
        covered = _Covered(sought)
        said: dict[str, tuple[int, float]] = {}
        count = 0
        for hit in sought:
            if _says_no_more(hit, said):
                continue
            seen, near = _seen(line, hit, covered if count < _MOST_DOUBTED else None)
            if seen is not None:
                count += len(hit.what.terms) + len(near)
                for term in hit.what.terms:
                    found = Found.of(term, seen)
                    terms[term.label].append(found)
                    said[term.label] = max(said.get(term.label, _NOTHING), (hit.end, found.weight))
                for companions, beside in near:
                    pairs[companions.pair.label].append(companions.found(seen, beside))
        if count < _MOST_DOUBTED:
            disguised = (*self._spelt(line, hits), *self._disguises.seen(line, hidden))
            for found, together in self._hidden(line.view, filterfalse(benign, disguised)):
                known = (pairs if together else terms)[found.term.label]
                if adds(found, known):
                    known.append(found)
        told = any(hit.what.reports for hit in hits)
        return [
            self._finding(line.view, label, speaking(terms.get(label, ()), pairs.get(label, ())), told=told)
            for label in sorted(terms.keys() | pairs.keys())
        ]

    def _spelt(self, line: Line, hits: Iterable[_Hit]) -> Iterator[Sighting]:
        """The terms that listed spellings among the hits stand for."""
        for what, start, end, gap, *_ in hits:
            if what.spelling is not None and sighting(line.view, what.key, start, end, gap) is not None:
                seen = self._disguises.spelt(line, what.spelling, start, end)
                if seen is not None:
                    yield seen

    def _hidden(self, view: TextView, disguised: Iterable[Sighting]) -> list[tuple[Found, bool]]:
        """What the disguised keys are, each with whether it is a pair, the weightiest first."""
        means: list[tuple[Found, bool]] = []
        for seen in disguised:
            what = self._keys.get(seen.key)
            if what is not None:
                means += _means(what, seen, _near(what, view, seen.start, seen.end) if what.pairs else ())
        return sorted(means, key=lambda each: (-each[0].weight, each[0].seen.start - each[0].seen.end))

    def _finding(self, view: TextView, label: str, found: Sequence[Found], *, told: bool) -> Finding:
        best: dict[str, float] = {}
        for term, _, weight in found:
            if weight > best.get(term.key, 0.0):
                best[term.key] = weight
        score = min(_CERTAIN_ENOUGH, 1 - prod([1 - each for each in best.values()]))
        reported = told and self._reports.speak_of(label)
        if reported:
            score *= _REPORTED
        more = len(found) - _MOST_SPANS
        spans = _spans(view, found[:_MOST_SPANS], reported=reported)
        facts: dict[str, str | int | float | bool] = {"more": more} if more > 0 else {}
        manners = {each.seen.manner for each in found}
        if not manners <= OPEN:
            facts[DISGUISED] = True
        elif manners == {Manner.CROSSING}:
            facts[CROSSING] = True
        return Finding(label, round(score, 4), self.name, spans, facts)


def _seen(line: Line, hit: _Hit, covered: _Covered | None) -> tuple[Sighting | None, _Near]:
    """How the hit stands there, if it means anything, and which pairs it makes. What costs most is asked last.

    Nobody asks whether words met by chance where it is not told what the terms of the text cover.
    """
    what, start, end, gap, whole, may_be_spoken_of = hit
    near = _near(what, line.view, start, end) if what.pairs else ()
    seen: Sighting | None = None
    if near or what.terms:
        if whole and what.free:
            seen = Sighting(what.key, start, end, Manner.PLAIN)
        else:
            seen = sighting(line.view, what.key, start, end, gap)
    if seen is not None:
        if covered is not None and what.may_meet_by_chance and seen.manner is Manner.PLAIN:
            crossed = line.words.crossed(start, end)
            if crossed and covered.leave_out_any(crossed):
                seen = seen._replace(manner=Manner.CROSSING)
        if seen.manner is Manner.PAUSED and _parted(line, what, start, end):
            seen = seen._replace(manner=Manner.DENOISED)
        if may_be_spoken_of and spoken_of(line.view, start, end):
            seen = seen._replace(believed=seen.believed * SPOKEN_OF)
    return seen, near


def _says_no_more(hit: _Hit, said: Mapping[str, tuple[int, float]]) -> bool:
    """Whether longer terms around it already say all that its terms may; `said` tells by label how far the term goes
    that reaches furthest, and its weight."""
    if hit.what.pairs:
        return False
    for term in hit.what.terms:
        end, weight = said.get(term.label, _NOTHING)
        if end < hit.end or weight < SCORE[term.tier]:
            return False
    return True


def _parted(line: Line, what: _Key, start: int, end: int) -> bool:
    """Whether the key at [start, end) is parted by points alone, and no words that only meet there spell it."""
    folded = line.view.folded
    if not only_dotted(folded[start:end]):
        return False
    before = folded[max(0, start - _WORD) : start]
    return not (what.may_meet_by_chance and _meets(before, what.key, folded[end : end + _WORD]))


@lru_cache(maxsize=4096)
def _meets(before: str, key: str, behind: str) -> bool:
    """Whether words go over a border of the key, were it written in one."""
    (words,) = words_of([before + key + behind])
    return bool(words.crossed(len(before), len(before) + len(key)))


def _near(what: _Key, view: TextView, start: int, end: int) -> _Near:
    """The pairs of a key at [start, end), as far as they have company."""
    return [(each, beside) for each in what.pairs if (beside := each.beside(view, start, end)) is not None]


def _means(what: _Key, seen: Sighting, near: _Near) -> list[tuple[Found, bool]]:
    means = [(Found.of(term, seen), False) for term in what.terms]
    return [*means, *((companions.found(seen, beside), True) for companions, beside in near)] if near else means


def _benign(hits: Sequence[_Hit]) -> Callable[[_Hit | Sighting], bool]:
    """Whether one of the benign phrases among the hits contains a place."""
    benign = sorted([(hit.start, hit.end) for hit in hits if hit.what.allowed])
    if not benign:
        return lambda _: False
    starts = [start for start, _ in benign]
    reach = [0, *accumulate((end for _, end in benign), max)]  # how far a phrase goes that begins so early
    return lambda place: place.end <= reach[bisect_right(starts, place.start)]


class _Covered:
    """What the terms of a text cover together: a word inside of that proves no crossing."""

    def __init__(self, hits: Sequence[_Hit]) -> None:
        self._hits = hits

    def leave_out_any(self, words: Sequence[Stretch]) -> bool:
        """Whether one of the words is not covered."""
        return not all(inside(word, self._stretches) for word in words)

    @cached_property
    def _stretches(self) -> Sequence[Stretch]:
        return merged((hit.start, hit.end) for hit in self._hits)


def _gaps(at: Numbers, starts: Numbers, ends: Numbers) -> Numbers:
    """How many characters lie at most between two neighbours of those that are numbered from start to end."""
    gaps = np.zeros_like(starts)
    for each in np.flatnonzero(at[ends - 1] - at[starts] >= ends - starts).tolist():
        gaps[each] = np.diff(at[starts[each] : ends[each]]).max() - 1
    return gaps


def _spans(view: TextView, found: Iterable[Found], *, reported: bool) -> tuple[EvidenceSpan, ...]:
    remark = "，全文像是报道或提醒" if reported else ""
    return tuple([view.span(seen.start, seen.end, seen.explain(term.written) + remark) for term, seen, _ in found])


def _known(lexicon: Lexicon) -> list[_Key]:
    """All that is searched, sorted."""
    terms: dict[str, list[Term]] = {}
    for term in lexicon.terms:
        terms.setdefault(term.key, []).append(term)
    pairs: dict[str, list[Companions]] = {}
    for pair in lexicon.pairs:
        pairs.setdefault(pair.key, []).append(Companions.of(pair))
    spellings = {each.key: each for each in lexicon.spellings}
    allowed, reports = lexicon.allowed, lexicon.reports.phrases
    return [
        _Key(
            key,
            terms.get(key, ()),
            pairs.get(key, ()),
            spellings.get(key),
            allowed=key in allowed,
            reports=key in reports,
            may_meet_by_chance=may_meet_by_chance(key),
            sought=key in terms or key in pairs,
            free=not (has_latin(key) or key.isascii()),
        )
        for key in sorted(terms.keys() | pairs.keys() | spellings.keys() | allowed | reports)
    ]


def _ways(lexicon: Lexicon) -> dict[str, frozenset[Way]]:
    """In which disguises each key is looked for: those of all its terms and pairs."""
    ways: dict[str, frozenset[Way]] = {}
    for term in lexicon.terms:
        usual = usual_ways(term.key, weak=term.tier is Tier.WEAK) if term.channels is None else term.channels
        ways[term.key] = ways.get(term.key, frozenset()) | usual
    for pair in lexicon.pairs:
        ways[pair.key] = ways.get(pair.key, frozenset()) | usual_ways(pair.key, weak=pair.tier is Tier.WEAK)
    return ways
