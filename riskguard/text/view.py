"""Raw text folded once, with the origin of every folded character."""

from __future__ import annotations

from dataclasses import dataclass

from riskguard.domain.finding import EvidenceSpan


@dataclass(frozen=True, slots=True)
class TextView:
    """`raw` as the author typed it; `folded` as detectors read it; `origin[i]` is where folded[i] stands in raw."""

    raw: str
    folded: str
    origin: tuple[int, ...]

    def span(self, start: int, end: int, reason: str) -> EvidenceSpan:
        """Evidence at [start, end) of the folded text, in the author's own text."""
        return EvidenceSpan(self.origin[start], self.origin[end - 1] + 1, reason)


def fold(raw: str) -> TextView:
    """Placeholder until the reading room is furnished: identity."""
    return TextView(raw, raw, tuple(range(len(raw))))
