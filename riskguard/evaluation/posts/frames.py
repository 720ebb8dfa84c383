"""The frames that posts are made of: patterns with gaps, read from the YAML parts of this package."""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict

FOLDS = 5
PARTS = (
    "gambling",
    "sexual",
    "fraud",
    "illegal_trade",
    "ad",
    "innocent_money",
    "innocent_life",
    "groups",
    "insults",
    "self_harm",
)

_GAP = re.compile(r"\{(\w+)\}")

Words = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Side:
    """One way to end a frame: a pattern and what the posts made of it are."""

    pattern: str
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class Frame:
    """One side, or the two sides of a contrast pair, whose gaps are filled with the same words.

    `id` names the wording and `fold` belongs to it: frames of one id that differ in `topic` lie in one fold.
    """

    id: str
    fold: int
    sides: tuple[Side, ...]
    words: Words
    times: int
    disguise: float
    more: Mapping[str, str] = field(default_factory=dict)

    def fill(self, dice: random.Random) -> tuple[str, ...]:
        """A text per side; a gap that stands twice gets the same words twice."""
        chosen: dict[str, str] = {}
        return tuple(_filled(side.pattern, self.words, chosen, dice) for side in self.sides)


class _Block(BaseModel):
    """Patterns of one kind: `frames` filled `times` times each, `said` said once, `pairs` calm and harsh in turn."""

    model_config = ConfigDict(extra="forbid")

    kind: str
    label: str = "innocent"
    harsh_kind: str = ""
    harsh_label: str = ""
    times: int = 9
    disguise: float = 0.0
    more: dict[str, str] = {}
    topics: list[str] = []
    frames: str = ""
    said: str = ""
    pairs: str = ""


class _Part(BaseModel):
    """One YAML file; the words of a topic stand before those of the file, and those before the words of all files."""

    model_config = ConfigDict(extra="forbid")

    words: dict[str, list[str]] = {}
    topics: dict[str, dict[str, list[str]]] = {}
    blocks: list[_Block] = []


def read_frames() -> list[Frame]:
    """The frames of all parts, always in the same order."""
    everywhere = _read("words").words
    return [frame for name in PARTS for frame in _of_part(name, _read(name), everywhere)]


def _read(name: str) -> _Part:
    return _Part.model_validate(yaml.safe_load((files(__package__) / f"{name}.yaml").read_text(encoding="utf-8")))


def _of_part(name: str, part: _Part, everywhere: Words) -> Iterator[Frame]:
    for place, block in enumerate(part.blocks):
        where = f"{name}.{place}"
        for topic in block.topics or [""]:
            words = {**everywhere, **part.words, **part.topics.get(topic, {})}
            for number, (sides, times) in enumerate(_sides(block, topic)):
                fold = (number + zlib.crc32(where.encode())) % FOLDS
                more = {**block.more, "topic": topic} if topic else block.more
                yield Frame(f"{where}.{number}", fold, sides, words, times, block.disguise, more)


def _sides(block: _Block, topic: str) -> Iterator[tuple[tuple[Side, ...], int]]:
    """The sides of each frame of a block, and how often it is filled."""
    for text, times in ((block.frames, block.times), (block.said, 1)):
        yield from (((Side(line, block.label, block.kind),), times) for line in text.splitlines())
    lines = block.pairs.splitlines()
    harsh = block.harsh_kind.format(topic=topic)
    for calm_line, harsh_line in zip(lines[::2], lines[1::2], strict=True):
        sides = Side(calm_line, block.label, block.kind), Side(harsh_line, block.harsh_label, harsh)
        yield sides, block.times


def _filled(pattern: str, words: Words, chosen: dict[str, str], dice: random.Random) -> str:
    """The pattern with its gaps filled; words may have gaps of their own. What was chosen is kept in `chosen`."""

    def say(gap: re.Match[str]) -> str:
        name = gap[1]
        if name not in chosen:
            chosen[name] = _filled(dice.choice(words[name]), words, chosen, dice)
        return chosen[name]

    return _GAP.sub(say, pattern)
