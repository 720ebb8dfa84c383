"""The detector 'pii': signs asked of a batch, cheap gates, then the recognisers behind those that a post passes."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from itertools import compress

from riskguard.detectors.pii.catalogue import RECOGNISERS
from riskguard.detectors.pii.decoy import outside_decoys
from riskguard.detectors.pii.gate import Sieve, Signs
from riskguard.detectors.pii.number import DIGITS, forms
from riskguard.detectors.pii.recogniser import DETECTOR, Recogniser
from riskguard.domain.finding import Abstention, EvidenceSpan, Finding
from riskguard.domain.post import Post
from riskguard.text.view import TextView


def _sources_hash() -> str:
    """12 hex digits of this folder's code and of the digits it knows: of patterns, scores and checks alike."""
    sources = [("number.py", files("riskguard.text.tables").joinpath("number.py").read_bytes())]
    room = files("riskguard.detectors.pii")
    sources += sorted((each.name, each.read_bytes()) for each in room.iterdir() if each.name.endswith(".py"))
    return hashlib.sha256(repr(sources).encode()).hexdigest()[:12]


_Gated = dict[re.Pattern[str], list[Recogniser]]


class PiiDetector:
    """Personal information, with checksums where the kind has one."""

    name = DETECTOR
    version = _sources_hash()
    absences: tuple[Abstention, ...] = ()

    def __init__(self, recognisers: Sequence[Recogniser] = RECOGNISERS) -> None:
        behind: dict[Signs, _Gated] = defaultdict(lambda: defaultdict(list))
        for recogniser in recognisers:
            behind[recogniser.signs][recogniser.gate].append(recogniser)
        self._behind: list[_Gated] = list(behind.values())
        self._sieve = Sieve([DIGITS, *behind])
        self.labels = frozenset(recogniser.label for recogniser in recognisers)

    def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float) -> list[list[Finding]]:  # noqa: ARG002
        """One finding per label, score and kind with all its places, those that come first in the text first."""
        found: list[list[Finding]] = [[] for _ in views]
        if not views:
            return found
        numeric, *passing = self._sieve.passing([view.folded for view in views]).tolist()
        for at, passed in enumerate(zip(*passing, strict=True)):
            if any(passed):
                gated = compress(self._behind, passed)
                if places := list(_places(views[at], list(gated), spelt=numeric[at])):
                    kept = _undone(outside_decoys(views[at].raw, places))
                    found[at] = _together([each for each in kept if each.score >= floor])
        return found


def _places(view: TextView, gated: Iterable[_Gated], *, spelt: bool) -> Iterator[Finding]:
    """What the recognisers find whose gates are open, some of it twice; `spelt`: the text may spell a number."""
    for form in forms(view.folded) if spelt else (view.folded,):
        for behind in gated:
            for gate, recognisers in behind.items():
                if gate.search(form):
                    for recogniser in recognisers:
                        yield from recogniser.find(view, form)


def _together(clear: Iterable[Finding]) -> list[Finding]:
    """Those of one label, score and kind as one."""
    places: dict[tuple[str, float, object], tuple[Finding, dict[tuple[int, int], EvidenceSpan]]] = {}
    for each in clear:
        (span,) = each.spans
        alike = places.setdefault((each.label, each.score, each.facts.get("kind")), (each, {}))
        alike[1].setdefault((span.start, span.end), span)
    return [
        Finding(each.label, each.score, DETECTOR, tuple(spans.values()), each.facts) for each, spans in places.values()
    ]


def _undone(found: Iterable[Finding]) -> list[Finding]:
    """In the order of the text, those that no other reading of the same place outdoes."""
    ordered = sorted(found, key=lambda each: (each.spans[0].start, -each.spans[0].end))
    beaten: set[int] = set()
    near: list[tuple[int, Finding]] = []
    for at, each in enumerate(ordered):
        near = [(n, other) for n, other in near if other.spans[0].end > each.spans[0].start]
        for n, other in near:
            if _outdoes(other, each):
                beaten.add(at)
            elif _outdoes(each, other):
                beaten.add(n)
        near.append((at, each))
    return [each for at, each in enumerate(ordered) if at not in beaten]


def _outdoes(one: Finding, other: Finding) -> bool:
    """Whether `one` covers what `other` covers and is the better reading of it."""
    (a,), (b,) = one.spans, other.spans
    if not (a.start <= b.start and b.end <= a.end):
        return False
    return (one.score, a.end - a.start) > (other.score, b.end - b.start)
