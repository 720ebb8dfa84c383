"""The detector 'pii': cheap gates, then the recognisers behind the ones that a post passes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from riskguard.detectors.pii.bank_card import BANK_CARD
from riskguard.detectors.pii.email import EMAIL
from riskguard.detectors.pii.id_card import ID_CARD
from riskguard.detectors.pii.landline import LANDLINE
from riskguard.detectors.pii.licence_plate import LICENCE_PLATE
from riskguard.detectors.pii.mobile import MOBILE
from riskguard.detectors.pii.qq import QQ
from riskguard.detectors.pii.recogniser import DETECTOR, Recogniser
from riskguard.detectors.pii.wechat import WECHAT
from riskguard.domain.finding import Abstention, Finding
from riskguard.domain.post import Post
from riskguard.text.view import TextView

RECOGNISERS: tuple[Recogniser, ...] = (ID_CARD, BANK_CARD, MOBILE, EMAIL, LANDLINE, LICENCE_PLATE, WECHAT, QQ)


class PiiDetector:
    """Personal information, with checksums where the kind has one."""

    name = DETECTOR
    version = "1"
    absences: tuple[Abstention, ...] = ()

    def __init__(self, recognisers: Sequence[Recogniser] = RECOGNISERS) -> None:
        self._behind: dict[re.Pattern[str], list[Recogniser]] = defaultdict(list)
        for recogniser in recognisers:
            self._behind[recogniser.gate].append(recogniser)
        self.labels = frozenset(recogniser.label for recogniser in recognisers)

    def read(self, posts: Sequence[Post], views: Sequence[TextView], *, floor: float) -> list[list[Finding]]:  # noqa: ARG002
        """One finding per place, in the order of the text."""
        return [self._findings(view, floor) for view in views]

    def _findings(self, view: TextView, floor: float) -> list[Finding]:
        passed = [them for gate, them in self._behind.items() if gate.search(view.folded)]
        found = [finding for them in passed for recogniser in them for finding in recogniser.find(view)]
        clear = [each for each in found if each.score >= floor and not any(_outdoes(other, each) for other in found)]
        return sorted(clear, key=lambda finding: finding.spans[0].start)


def _outdoes(one: Finding, other: Finding) -> bool:
    """Whether `one` covers what `other` covers and is the better reading of it."""
    (a,), (b,) = one.spans, other.spans
    if one is other or not (a.start <= b.start and b.end <= a.end):
        return False
    return (one.score, a.end - a.start) > (other.score, b.end - b.start)
