"""What a weighed score is made of, in words: what list and model gave, what the text intends, also by its
words alone, and its frames."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from riskguard.console.wording import FRAMES
from riskguard.domain.finding import INTENDED, NOTABLE, SAID_BY_LISTS, SAID_BY_MODEL, SHOWN_FRAMES, WORDED, Finding


@dataclass(frozen=True, slots=True)
class Weighing:
    """A label, its score as 0..100, and what went into it."""

    label: str
    percent: int
    words: str


def weighings(findings: Iterable[Finding]) -> list[Weighing]:
    """The weighed scores worth telling, highest first; of equal labels the highest."""
    found: dict[str, Weighing] = {}
    for finding in sorted(findings, key=lambda each: -each.score):
        if finding.score >= NOTABLE and finding.label not in found and (words := _words(finding)):
            found[finding.label] = Weighing(finding.label, round(finding.score * 100), words)
    return list(found.values())


def _words(finding: Finding) -> str:
    """Empty for a score that nothing else was weighed with."""
    facts = finding.facts
    told = [f"{name} {float(facts[key]) * 100:.0f}" for key, name in _WITNESSES.items() if key in facts]
    frames = [FRAMES.get(frame, frame) for frame in str(facts.get(SHOWN_FRAMES, "")).split(", ") if frame]
    return " · ".join([*told, *(["语境：" + "、".join(frames)] if told and frames else [])])


_WITNESSES = {SAID_BY_LISTS: "词库", SAID_BY_MODEL: "模型", INTENDED: "用意", WORDED: "措辞"}
