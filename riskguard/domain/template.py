"""What stays the same in texts that were written after one pattern, and what varies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_TEXTS = 40
"""Members that are laid beside the exemplar."""

MOST_CHARS = 600
"""Of each text; the rest is not laid out."""

_KEPT_BY = 0.8
_SHORTEST_FIXED = 2
_MOST_VARIANTS = 5


@dataclass(frozen=True, slots=True)
class Variant:
    """What stands in a slot, and in how many of the texts; empty where nothing does."""

    text: str
    texts: int


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the exemplar. Fixed parts have no variants; a slot shows the most frequent ones."""

    text: str
    variants: tuple[Variant, ...] = ()
    kinds: int = 0

    @property
    def fixed(self) -> bool:
        """Whether nearly all texts have it just so."""
        return not self.variants


def template(exemplar: str, members: Sequence[str]) -> list[Part]:
    """The exemplar in parts, in order: fixed where at least four of five texts have the same characters in place.

    `kinds` of a slot counts how many different things stand there. Without members all of it is fixed.
    """
    base = exemplar[:MOST_CHARS]
    others = [text[:MOST_CHARS] for text in members[:MOST_TEXTS]]
    if not others:
        return [Part(base)] if base else []
    matches = [_places(base, text) for text in others]
    kept = [sum(at in places for places in matches) >= _KEPT_BY * len(others) for at in range(len(base))]
    return list(_parts(base, others, matches, _smoothed(kept)))


def _places(base: str, text: str) -> dict[int, int]:
    """Where each character of the base that is kept stands in the text."""
    blocks = SequenceMatcher(None, base, text, autojunk=False).get_matching_blocks()
    return {block.a + at: block.b + at for block in blocks for at in range(block.size)}


def _smoothed(kept: Sequence[bool]) -> list[bool]:
    """A fixed part of one character between two slots is chance."""
    found = list(kept)
    start = 0
    for at in range(len(kept) + 1):
        if at == len(kept) or not kept[at]:
            if 0 < at - start < _SHORTEST_FIXED:
                found[start:at] = [False] * (at - start)
            start = at + 1
    return found


def _parts(base: str, others: Sequence[str], matches: Sequence[dict[int, int]], kept: Sequence[bool]) -> Iterator[Part]:
    """Slots and fixed parts; where most texts agree but many put something in between, the slot holds nothing here."""
    start = 0
    for at in range(1, len(base) + 1):
        put_in = at < len(base) and kept[at - 1] and kept[at] and _parted(matches, at)
        if at < len(base) and kept[at] == kept[at - 1] and not put_in:
            continue
        yield Part(base[start:at]) if kept[start] else _slot(base, others, matches, start, at)
        if put_in:
            yield _slot(base, others, matches, at, at)
        start = at


def _parted(matches: Sequence[dict[int, int]], at: int) -> bool:
    """Whether so many texts have something between these two characters that it is no part of the pattern."""
    apart = sum(at in places and at - 1 in places and places[at] != places[at - 1] + 1 for places in matches)
    return apart > (1 - _KEPT_BY) * len(matches)


def _slot(base: str, others: Sequence[str], matches: Sequence[dict[int, int]], start: int, end: int) -> Part:
    said = [base[start:end]]
    said += [_said(text, places, start, end, len(base)) for text, places in zip(others, matches, strict=True)]
    counts = Counter(said)
    variants = tuple(Variant(words, texts) for words, texts in counts.most_common(_MOST_VARIANTS))
    return Part(base[start:end], variants, len(counts))


def _said(text: str, places: dict[int, int], start: int, end: int, length: int) -> str:
    """What a text has where the base has [start, end): all between the kept characters around it."""
    before = next((places[at] + 1 for at in range(start - 1, -1, -1) if at in places), 0)
    after = next((places[at] for at in range(end, length) if at in places), len(text))
    return text[before:after]
