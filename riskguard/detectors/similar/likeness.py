"""How alike two texts are, exactly: from the 2-grams that they share, not from an estimate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from riskguard.detectors.similar.sketch import GRAM_BYTES, Sketch

ALIKE = 0.5
"""Jaccard similarity from which two texts count as one. It bounds what is remembered together; what is done about a
similarity is policy."""

ALIKE_SHORT, FEW_GRAMS = 0.4, 12
"""Three changed characters take up to six 2-grams from a text and give it six others: so few may differ, and a short
text counts as the same from this similarity on."""

CONTAINED, CONTAINED_GRAMS, CONTAINED_PART = 0.9, 40, 0.4
"""A text that stands in a longer one, with so much of its 2-grams, of at least so many, and at least this part of the
longer one's: something was put before or behind it."""

FAR = 0.75
"""A member less like the exemplar than this shows another face of its cluster."""

MOST_FACES = 4
"""Texts that one cluster may be recognised by."""

DRIFT = 0.25
"""However like another face it is: a text with less of the exemplar than this does not join."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many 2-grams two texts share, and how many each has."""

    shared: int
    one: int
    other: int

    @property
    def jaccard(self) -> float:
        """Shared by all; 1 for two short copies, which share none and have none."""
        together = self.one + self.other - self.shared
        return self.shared / together if together else 1.0

    @property
    def alike(self) -> bool:
        """Whether the two count as one text; `meet.lua` says the same."""
        jaccard, fewer = self.jaccard, min(self.one, self.other)
        if jaccard >= ALIKE:
            return True
        if jaccard >= ALIKE_SHORT and self.one + self.other - 2 * self.shared <= FEW_GRAMS:
            return True
        return (
            fewer >= CONTAINED_GRAMS
            and self.shared >= CONTAINED * fewer
            and fewer >= CONTAINED_PART * max(self.one, self.other)
        )


def overlap(one: Sketch, other: Sketch) -> Overlap | None:
    """What two texts share; None where only one of them is short, since such two are never compared."""
    if bool(one.grams) != bool(other.grams):
        return None
    return Overlap(len(set(_cut(one.grams)) & set(_cut(other.grams))), one.size, other.size)


def _cut(grams: bytes) -> Iterator[bytes]:
    return (grams[at : at + GRAM_BYTES] for at in range(0, len(grams), GRAM_BYTES))
