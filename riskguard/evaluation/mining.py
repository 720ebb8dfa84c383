"""Candidate terms of a label: words and pairs of words that its labelled rows hold more often than other rows do.

The measure is the log-odds ratio with an informative Dirichlet prior of Monroe, Colaresi and Quinn ("Fightin' Words",
Political Analysis, 2008), over its standard deviation. See docs/decisions/0098.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import log, sqrt

import rjieba

from riskguard.detectors.lexicon import Lexicon
from riskguard.detectors.pii import PiiDetector
from riskguard.domain.errors import InvalidInput
from riskguard.evaluation.examples import POSTS, WRITTEN, Library, chosen
from riskguard.evaluation.labelled import Row
from riskguard.evaluation.lures import LURES
from riskguard.evaluation.ordinary import ORDINARY
from riskguard.evaluation.recipe import RECIPES, Part, Recipe, never, starts
from riskguard.policy.condition import nearest
from riskguard.text.mask import mask
from riskguard.text.view import TextView, fold_all

LEAST_ROWS = 3
LEAST_Z = 1.96
"""Less is no sign of anything, at 95 %."""

_KINDS: Mapping[str, str] = {
    "fraud.loan": "AD_Loan",
    "fraud.investment": "FR_Financial",
    "fraud.impersonation": "FR_Phishing",
    "illegal_trade.documents": "IL_Fake",
    "sexual.solicitation": "IL_Escort",
}
"""Labels that are no head: the FBS kinds that come nearest to them, by the beginning of their names."""

_OURS = frozenset({"invented", LURES, POSTS, WRITTEN})
"""What we wrote or composed ourselves says how often our own dice fell."""

_PRIVATE = frozenset({"selfharm_treehole"})
"""Words of real people in distress: counted, never shown."""

_SNIPPETS = 2
_AROUND = 12

Told = Callable[[int], object]
"""Hears how many more texts were cut."""


@dataclass(frozen=True, slots=True)
class Sides:
    """The rows of a label without personal information, the folded texts of all others, and where both come from.

    `private` are the rows among them that are never shown.
    """

    yes: Sequence[TextView]
    no: Sequence[str]
    sources: tuple[str, ...] = ()
    private: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.yes) + len(self.no)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A word or pair of words, the rows that hold it, and how sure it is that the label holds it more often.

    `listed` are the labels that list it, `inside` the listed terms that stand in it, `allowed` the benign phrases that
    hold it. `context` is what stands around it in rows of the label: for a reader's eyes, not to be kept.
    """

    term: str
    yes: int
    no: int
    z: float
    listed: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    context: tuple[str, ...] = ()


@dataclass(slots=True)
class _Tally:
    """In how many texts each word, or each pair, stands; `total` adds all of them up."""

    counts: Counter[str] = field(default_factory=Counter)
    total: int = 0

    def add(self, found: Iterable[str], *, only: Mapping[str, int] | None = None) -> None:
        """Count each once; `only` those that are asked about are kept."""
        every = set(found)
        self.total += len(every)
        self.counts.update(every if only is None else every & only.keys())


def minable() -> list[str]:
    """The labels that labelled sets know."""
    return sorted({*RECIPES, *_KINDS})


def sides(label: str, library: Library) -> Sides:
    """Which rows say yes and which say no: as the head learns it, or by the nearest kind of SMS; ordinary posts say no.

    InvalidInput for a label that no set knows, or of which the library holds no row.
    """
    yes: dict[str, Row] = {}
    no: set[str] = set()
    private: set[str] = set()
    asked = (*_recipe(label).parts, Part(ORDINARY, never))
    parts = [part for part in asked if part.train and not part.cuts and part.source not in _OURS]
    sources = tuple(dict.fromkeys(part.source for part in parts))
    for part in parts:
        found, rows = chosen(part, library), library.get(part.source).rows
        for at, text, truth in zip(found.index.tolist(), found.texts(library), found.truth.tolist(), strict=True):
            if truth:
                yes.setdefault(text, rows[at])
                private |= {rows[at].text} if part.source in _PRIVATE else set()
            else:
                no.add(text)
    if not yes:
        raise InvalidInput(
            f"no row of the {library.split} sets is about '{label}'", hint=f"looked into {', '.join(sources)}"
        )
    raw = [row.text for row in yes.values()]
    masked = _masked(raw)
    hidden = frozenset(after for before, after in zip(raw, masked, strict=True) if before in private)
    return Sides(fold_all(masked), sorted(no - yes.keys()), sources, hidden)


def mine(found: Sides, lexicon: Lexicon, *, top: int, unlisted: bool = False, told: Told = int) -> list[Candidate]:
    """The `top` candidates, the surest first; with `unlisted`, only those that no list has yet."""
    listed: dict[str, list[str]] = {}
    for term in lexicon.terms:
        listed.setdefault(term.key, []).append(term.label)
    ranked = _ranked(found, told)
    taken = [each for each in ranked if not (unlisted and each.term in listed)][:top]
    return [
        Candidate(
            each.term,
            each.yes,
            each.no,
            round(each.z, 2),
            tuple(sorted(set(listed.get(each.term, ())))),
            tuple(part for part in _parts(each.term) if part in listed),
            tuple(sorted(phrase for phrase in lexicon.allowed if each.term in phrase)),
            tuple(_context(each.term, found)),
        )
        for each in taken
    ]


def z_score(yes: int, no: int, *, all_yes: int, all_no: int) -> float:
    """How many standard deviations the log-odds of a word lie apart, of `all_yes` and `all_no` words.

    The prior is the word's own count in both, so that a word that is rare everywhere says little.
    """
    prior, all_prior = yes + no, all_yes + all_no
    apart = _log_odds(yes + prior, all_yes + all_prior) - _log_odds(no + prior, all_no + all_prior)
    return apart / sqrt(1 / (yes + prior) + 1 / (no + prior))


def _log_odds(count: int, total: int) -> float:
    return log(count / max(total - count, 0.5))


def _recipe(label: str) -> Recipe:
    if label in RECIPES:
        return RECIPES[label]
    if label in _KINDS:
        return Recipe(label, (Part("risk_fbs_sms", starts(_KINDS[label])),))
    near = nearest(label, minable())
    raise InvalidInput(
        f"'{label}' cannot be mined: no labelled set knows it",
        hint=f"{near + ' ' if near else ''}these can be mined: {', '.join(minable())}",
    )


def _masked(texts: Sequence[str]) -> list[str]:
    """The texts with everything hidden that our recognisers find, however unsure they are."""
    detector = PiiDetector()
    findings = detector.read((), fold_all(texts), floor=0.0)
    return [mask(text, found, asked=detector.labels) for text, found in zip(texts, findings, strict=True)]


def _ranked(found: Sides, told: Told) -> list[Candidate]:
    """All that stand in enough rows and are sure enough; a pair that is also one word counts as what is surer."""
    yes, no = (_Tally(), _Tally()), (_Tally(), _Tally())
    for view in found.yes:
        for tally, terms in zip(yes, _terms(view.folded), strict=True):
            tally.add(terms)
        told(1)
    often = [{term: count for term, count in tally.counts.items() if count >= LEAST_ROWS} for tally in yes]
    for text in found.no:
        for tally, only, terms in zip(no, often, _terms(text), strict=True):
            tally.add(terms, only=only)
        told(1)
    surest: dict[str, Candidate] = {}
    for one, other, counts in zip(yes, no, often, strict=True):
        for term, count in counts.items():
            z = z_score(count, other.counts[term], all_yes=one.total, all_no=other.total)
            if z >= LEAST_Z and (term not in surest or surest[term].z < z):
                surest[term] = Candidate(term, count, other.counts[term], z)
    return sorted(surest.values(), key=lambda each: (-each.z, each.term))


def _terms(text: str) -> tuple[list[str], list[str]]:
    """The words of more than one letter in a folded text, and the pairs of neighbours; numbers are no words."""
    cut = rjieba.cut(text, False)
    words = [word for word in cut if len(word) > 1 and word.isalpha()]
    return words, [one + other for one, other in pairwise(cut) if one.isalpha() and other.isalpha()]


def _parts(term: str) -> Iterator[str]:
    """All shorter pieces of a term that a list may hold."""
    for size in range(2, len(term)):
        yield from dict.fromkeys(term[at : at + size] for at in range(len(term) - size + 1))


def _context(term: str, found: Sides) -> Iterator[str]:
    """What stands around the term in rows that lie far apart, in the author's own writing."""
    hits = [view for view in found.yes if term in view.folded and view.raw not in found.private]
    for view in hits[:: max(1, len(hits) // _SNIPPETS)][:_SNIPPETS]:
        start = view.folded.index(term)
        span = view.span(start, start + len(term), term)
        shown = view.raw[max(0, span.start - _AROUND) : span.end + _AROUND]
        yield "".join(char if char.isprintable() else " " for char in shown)
