"""Frames become labelled posts: filled, some of them disguised, none too near to another of its frame."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence

from riskguard.evaluation.labelled import Row
from riskguard.evaluation.posts.disguise import adorn, disguise
from riskguard.evaluation.posts.frames import Frame, read_frames

LONGEST = 120
"""Posts have at most so many characters, disguises not counted."""

NEAREST = 0.65
"""Two posts of one frame and label share at most this part of their character pairs (Jaccard)."""

_TRIES = 12
_ADORNED = 0.2
_UNADORNED = "self_harm"  # a grinning emoji behind such words would say something else

Pairs = frozenset[str]


def compose(seed: int = 7) -> list[Row]:
    """The posts, at least 4,500 of them; the same seed gives the same ones.

    `label` is the head a post speaks for ('innocent' for none; a post labelled 'hate' is abuse as well). `more` has
    `kind`, `frame`, `fold` ('0'..'4', of the frame and the same for every seed), `pair` (for contrast pairs),
    `disguise` (its way, or empty), and `level` or `topic` where the kind has one.
    """
    said: set[str] = set()
    kept: defaultdict[tuple[str, str], list[Pairs]] = defaultdict(list)
    return [row for frame in read_frames() for row in _written(frame, seed, said, kept)]


def near(one: Pairs, other: Pairs) -> float:
    """Share of the character pairs that both texts have, 0..1."""
    return len(one & other) / max(1, len(one | other))


def character_pairs(text: str) -> Pairs:
    """The pairs of neighbouring characters of a text; a text of one character is its own pair."""
    return frozenset(text[at : at + 2] for at in range(max(1, len(text) - 1)))


def _written(frame: Frame, seed: int, said: set[str], kept: defaultdict[tuple[str, str], list[Pairs]]) -> Iterator[Row]:
    dice = random.Random(f"{seed} {frame.id} {frame.more.get('topic')}")  # noqa: S311 - training data, no secret
    done = 0
    for _ in range(frame.times * _TRIES):
        if done == frame.times:
            return
        texts = frame.fill(dice)
        if _fresh(frame, texts, said, kept):
            done += 1
            yield from _rows(frame, texts, dice, f"{frame.id}.{frame.more.get('topic', '')}.{done}")


def _fresh(frame: Frame, texts: Sequence[str], said: set[str], kept: defaultdict[tuple[str, str], list[Pairs]]) -> bool:
    """Whether every side is new; if so, they are remembered."""
    pairs = [character_pairs(text) for text in texts]
    sides = [kept[frame.id, side.label] for side in frame.sides]
    too_near = any(near(its, other) > NEAREST for its, others in zip(pairs, sides, strict=True) for other in others)
    if too_near or not said.isdisjoint(texts) or max(map(len, texts)) > LONGEST:
        return False
    said.update(texts)
    for its, others in zip(pairs, sides, strict=True):
        others.append(its)
    return True


def _rows(frame: Frame, texts: Sequence[str], dice: random.Random, pair: str) -> Iterator[Row]:
    for side, text in zip(frame.sides, texts, strict=True):
        shown, way = _dressed(side.label, frame.disguise, text, dice)
        more = {**frame.more, "kind": side.kind, "frame": frame.id, "fold": str(frame.fold), "disguise": way}
        yield Row(shown, side.label, {**more, "pair": pair} if len(frame.sides) > 1 else more)


def _dressed(label: str, share: float, text: str, dice: random.Random) -> tuple[str, str]:
    """A share of the lures disguised; of the other posts, innocent ones too, some adorned."""
    if label != "innocent" and dice.random() < share:
        return disguise(text, dice)
    if label != _UNADORNED and dice.random() < _ADORNED:
        return adorn(text, dice), ""
    return text, ""
