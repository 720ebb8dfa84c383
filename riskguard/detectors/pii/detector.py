"""The detector 'pii': cheap gates, then the recognisers behind the ones that a post passes."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from importlib.resources import files

from riskguard.detectors.pii.bank_card import BANK_CARD
from riskguard.detectors.pii.email import EMAIL
from riskguard.detectors.pii.id_card import ID_CARD
from riskguard.detectors.pii.landline import LANDLINE
from riskguard.detectors.pii.licence_plate import LICENCE_PLATE
from riskguard.detectors.pii.mobile import MOBILE
from riskguard.detectors.pii.qq import QQ
from riskguard.detectors.pii.recogniser import DETECTOR, Recogniser
from riskguard.detectors.pii.wechat import WECHAT
from riskguard.domain.finding import Abstention, EvidenceSpan, Finding
from riskguard.domain.post import Post
from riskguard.text.view import TextView

RECOGNISERS: tuple[Recogniser, ...] = (ID_CARD, BANK_CARD, MOBILE, EMAIL, LANDLINE, LICENCE_PLATE, WECHAT, QQ)


def _sources_hash() -> str:
    """12 hex digits of this folder's code: of patterns, scores and checks alike."""
    room = files("riskguard.detectors.pii")
    sources = sorted((each.name, each.read_bytes()) for each in room.iterdir() if each.name.endswith(".py"))
    return hashlib.sha256(repr(sources).encode()).hexdigest()[:12]


class PiiDetector:
    """Personal information, with checksums where the kind has one."""

    name = DETECTOR
    version = _sources_hash()
    absences: tuple[Abstention, ...] = ()

    def __init__(self, recognisers: Sequence[Recogniser] = RECOGNISERS) -> None:
        self._behind: dict[re.Pattern[str], list[Recogniser]] = defaultdict(list)
        for recogniser in recognisers:
            self._behind[recogniser.gate].append(recogniser)
        self.labels = frozenset(recogniser.label for recogniser in recognisers)

    def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float) -> list[list[Finding]]:  # noqa: ARG002
        """One finding per label and score with all its places, those that come first in the text first."""
        return [self._findings(view, floor) for view in views]

    def _findings(self, view: TextView, floor: float) -> list[Finding]:
        passed = [them for gate, them in self._behind.items() if gate.search(view.folded)]
        found = [finding for them in passed for recogniser in them for finding in recogniser.find(view)]
        return _together([each for each in _undone(found) if each.score >= floor])


def _together(clear: Iterable[Finding]) -> list[Finding]:
    """Those of one label and score as one."""
    places: dict[tuple[str, float], dict[tuple[int, int], EvidenceSpan]] = {}
    for each in clear:
        (span,) = each.spans
        places.setdefault((each.label, each.score), {}).setdefault((span.start, span.end), span)
    return [Finding(label, score, DETECTOR, tuple(spans.values())) for (label, score), spans in places.items()]


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
