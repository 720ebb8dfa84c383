"""Tagged sentences in the manner of posts: labelled ones with other names in them, and ones of our own.

Labels are those of Weibo NER. Nothing made here was said by anyone.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import chain
from typing import Any

import yaml

from riskguard.training.encoder.names import BODY, PERSON, PLACE, TOWN, Marked, Names, Span, as_in_posts

_POSTS = "ner_weibo"
_NEWS = "ner_cluener"
_SHORT = 32
_SWAPS = 14
_COMPOSED = 9000
_PLAIN = 3500
_STREWN = 2500
_LONGEST_STREWN = 90
_GLUED = 0.35
_HANDLES = 0.35
"""Share of what is strewn over a post that is the invented name of an account, which nobody tags."""

_SLOT = re.compile(r"\{(\w)\}")
_STOP = re.compile(r"(?<=[，。！？!?~～…：:；\s])")
_CLAUSE = range(4, 25)

Draw = tuple[str | None, str]
"""A label, or None for what is not tagged, and the words."""


def made(sets: Mapping[str, Sequence[Marked]], *, seed: int) -> list[Marked]:
    """About twenty thousand sentences out of the training sets' names and our templates, by name of the set.

    The same seed gives the same ones.
    """
    dice = random.Random(seed)  # noqa: S311 - training data, no secret
    known = {name: [as_in_posts(sentence) for sentence in sentences] for name, sentences in sets.items()}
    writer = Writer.of(Names.gathered(chain(*known.values())), known.get(_POSTS, []), dice)
    posts = [post for post in known.get(_POSTS, []) if any(span.label != BODY for span in post.spans)]
    news = [line for line in known.get(_NEWS, []) if line.spans and len(line.text) <= _SHORT]
    return [
        *(swapped(post, writer.names, dice) for post in posts for _ in range(_SWAPS)),
        *(swapped(line, writer.names, dice) for line in news),
        *writer.composed("posts", _COMPOSED),
        *writer.composed("plain", _PLAIN),
        *writer.strewn(_STREWN),
    ]


def swapped(sentence: Marked, names: Names, dice: random.Random) -> Marked:
    """The sentence about others: each entity gives way to one of its kind and length, the same to the same."""
    others: dict[str, str] = {}
    draws: list[Draw] = []
    at = 0
    for start, end, label in sorted(sentence.spans, key=lambda span: (span.start, -span.end)):
        if start >= at:
            name = sentence.text[start:end]
            other = others.setdefault(name, names.like(name, label, dice))
            draws += [(None, sentence.text[at:start]), (label, other)]
            at = end
    return joined([*draws, (None, sentence.text[at:])])


def joined(draws: Sequence[Draw]) -> Marked:
    """One sentence of the words, and where those with a label stand."""
    text, spans = "", []
    for label, words in draws:
        if label:
            spans.append(Span(len(text), len(text) + len(words), label))
        text += words
    return Marked(text, tuple(spans))


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes posts. `silent` are posts of others in which nothing is named, `clauses` are pieces of them."""

    names: Names
    said: Mapping[str, Any]
    silent: Sequence[str]
    clauses: Sequence[str]
    dice: random.Random

    @classmethod
    def of(cls, names: Names, posts: Sequence[Marked], dice: random.Random) -> Writer:
        """With the templates that are ours."""
        said = yaml.safe_load((files(__package__) / "mentions.yaml").read_text(encoding="utf-8"))
        silent = [post.text for post in posts if not post.spans]
        clauses = [
            clause
            for text in silent
            for clause in _STOP.split(text)
            if len(clause) in _CLAUSE and "/" not in clause and "http" not in clause
        ]
        return cls(names, said, [text for text in silent if len(text) <= _LONGEST_STREWN], clauses, dice)

    def composed(self, kind: str, size: int) -> Iterator[Marked]:
        """Filled templates of the kind in turn, some with a piece of another post stuck before or behind."""
        templates = list(chain(*self.said[kind]))
        for number in range(size):
            drawn = list(self._filled(templates[number % len(templates)]))
            yield joined([(None, self._piece()), *drawn, (None, self._piece())])

    def strewn(self, size: int) -> Iterator[Marked]:
        """Silent posts with people between the clauses, where a mention has lost its @, or with names of accounts."""
        for _ in range(size if self.silent else 0):
            clauses = _STOP.split(self.dice.choice(self.silent))
            place = self.dice.randint(0, len(clauses))
            before, behind = "".join(clauses[:place]), "".join(clauses[place:])
            called = [
                self._slot("H" if self.dice.random() < _HANDLES else "P") for _ in range(self.dice.choice((1, 1, 2, 3)))
            ]
            yield joined([(None, before), *called, (None, behind)])

    def _filled(self, template: str) -> Iterator[Draw]:
        for number, part in enumerate(_SLOT.split(template)):
            yield self._slot(part) if number % 2 else (None, part)

    def _slot(self, slot: str) -> Draw:
        names, dice = self.names, self.dice
        match slot:
            case "P":
                return PERSON, names.drawn(PERSON, dice)
            case "N":
                return PERSON, names.full(dice)
            case "F":
                return PERSON, names.foreign(dice)
            case "H":
                return None, "".join(dice.choice(half) for half in self.said["handles"])
            case "E":
                return None, dice.choice(self.said["chatter"])
            case _:
                label = {"C": TOWN, "L": PLACE, "O": BODY}[slot]
                return label, names.drawn(label, dice)

    def _piece(self) -> str:
        return self.dice.choice(self.clauses) if self.clauses and self.dice.random() < _GLUED else ""
