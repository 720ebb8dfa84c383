"""What people, places and bodies are called: gathered from tagged sentences, and made anew of their characters.

Labels are those of Weibo NER: PER.NAM, GPE.NAM, LOC.NAM, ORG.NAM.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import chain
from typing import Any, NamedTuple, Self

import yaml

PERSON, TOWN, PLACE, BODY = "PER.NAM", "GPE.NAM", "LOC.NAM", "ORG.NAM"

_HAN = re.compile(r"[\u4e00-\u9fff]{2,7}")
_LATIN = re.compile(r"[A-Za-z]{2,12}")
_FULL, _CALLED, _FOREIGN, _ABROAD = "full", "called", "foreign", "latin"
_OURS = {TOWN: "towns", PLACE: "places", BODY: "bodies", _FOREIGN: "foreign", _ABROAD: "latin"}
_AS_IN_POSTS = {
    **dict.fromkeys((PERSON, "name", "NAME"), PERSON),
    **dict.fromkeys((TOWN, "prov"), TOWN),
    **dict.fromkeys((PLACE, "address", "road", "poi"), PLACE),
    **dict.fromkeys((BODY, "company", "organization", "government", "ORG"), BODY),
}
"""What the other sets' labels mean in Weibo NER. LOC of resumes is left out: it says whence somebody comes."""

_MADE = 0.6
"""Share of people's names that are made: those of the training sets are soon known by heart."""

_FULL_SHARE, _CALLED_SHARE = 0.55, 0.37
_THREE_CHARACTERS = 0.75
_DOUBLE_SURNAME = 0.04
_LATIN_SHARE = 0.2
_BOTH_PARTS = 0.25
_TRIES = 8


class Span(NamedTuple):
    """Characters [start, end) of a text name what the label says."""

    start: int
    end: int
    label: str


class Marked(NamedTuple):
    """A text as its author wrote it, and what is named in it."""

    text: str
    spans: tuple[Span, ...]


def as_in_posts(sentence: Marked) -> Marked:
    """With the labels of Weibo NER; what has none there is not named."""
    spans = (Span(start, end, _AS_IN_POSTS.get(label, "")) for start, end, label in sentence.spans)
    return Marked(sentence.text, tuple(span for span in spans if span.label))


@dataclass(frozen=True, slots=True)
class Names:
    """Draws names. `known` has those of the training sets by label, people's by the shape of the name."""

    facts: Mapping[str, Any]
    surnames: str
    given: str
    known: Mapping[str, Sequence[str]]

    @classmethod
    def gathered(cls, sentences: Iterable[Marked]) -> Self:
        """Knows the names of these sentences (labels of Weibo NER) beside the facts that are ours."""
        facts = yaml.safe_load((files(__package__) / "names.yaml").read_text(encoding="utf-8"))
        surnames = "".join(often * characters for often, characters in facts["surnames"].items())
        ours = cls(facts, surnames, facts["given"], {})
        known: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for text, spans in sentences:
            for start, end, label in spans:
                name = text[start:end]
                shape = ours.shape(name) if label == PERSON else label
                if _HAN.fullmatch(name) or (label == PERSON and _LATIN.fullmatch(name)):
                    known[shape][name] = None
        given = "".join(name[1:] for name in known[_FULL])
        return cls(facts, surnames, facts["given"] + given, {shape: list(names) for shape, names in known.items()})

    def drawn(self, label: str, dice: random.Random) -> str:
        """Any name of the kind; people as posts call them."""
        if label == PERSON:
            makers = (self.full, self.called, self.foreign)
            shares = (_FULL_SHARE, _CALLED_SHARE, 1 - _FULL_SHARE - _CALLED_SHARE)
            return dice.choices(makers, shares)[0](dice)
        ours: Sequence[str] = self.facts[_OURS[label]]
        return dice.choice(dice.choice([ours, self.known.get(label, ours)]))

    def full(self, dice: random.Random) -> str:
        """Surname and given name of a Chinese person, mostly of nobody."""
        known = self.known.get(_FULL)
        return (
            dice.choice(known)
            if known and dice.random() > _MADE
            else self._made(3 if dice.random() < _THREE_CHARACTERS else 2, dice)
        )

    def foreign(self, dice: random.Random) -> str:
        """A name from abroad in Chinese characters, sometimes in Latin letters, sometimes both its parts."""
        shape = _ABROAD if dice.random() < _LATIN_SHARE else _FOREIGN
        pool = [*self.facts[shape], *self.known.get(shape, ())]
        first, last = dice.choice(pool), dice.choice(pool)
        return f"{first}·{last}" if shape == _FOREIGN and dice.random() < _BOTH_PARTS else first

    def called(self, dice: random.Random) -> str:
        """What friends say instead of the full name, or a surname with a title."""
        given, other, surname = dice.choice(self.given), dice.choice(self.given), dice.choice(self.surnames)
        doubled = dice.choice(self.facts["doubled"])
        titled = surname + dice.choice(self.facts["titles"])
        known = dice.choice(self.known.get(_CALLED) or [titled])
        prefixed = dice.choice(
            ["小" + given, "小" + surname, "阿" + given, surname + "小" + given, surname + doubled * 2]
        )
        suffixed = given + dice.choice([*"哥姐儿宝妹爷叔", *self.facts["pets"]])
        return dice.choice([titled, titled, doubled * 2, prefixed, prefixed, suffixed, given + other, known, known])

    def like(self, name: str, label: str, dice: random.Random) -> str:
        """Another name of the kind, of the same shape and length; the name itself where there is none."""
        shape = self.shape(name) if label == PERSON else label
        if dice.random() < _MADE and shape == _FULL:
            return self._made(len(name), dice)
        if dice.random() < _MADE and shape == _CALLED:
            made = [other for other in (self.called(dice) for _ in range(_TRIES)) if len(other) == len(name)]
            return made[0] if made else name
        pool = chain(self.known.get(shape, ()), self.facts[_OURS[shape]] if shape in _OURS else ())
        alike = [other for other in pool if len(other) == len(name) and other != name]
        return dice.choice(alike) if alike else name

    def shape(self, name: str) -> str:
        """How a person is named: a full Chinese name, a foreign one, Latin letters, or a name among friends."""
        if _LATIN.fullmatch(name):
            return _ABROAD
        strange = sum(character not in self.facts["sounds"] for character in name)
        if "·" in name or strange <= (1 if len(name) > 2 else 0):
            return _FOREIGN
        size = len(name) - (2 if name[:2] in self.facts["double"] else 1)
        rightly = name[: len(name) - size] in (*self.facts["double"], *self.surnames)
        titled = name.endswith(tuple(self.facts["titles"]))
        doubled = len(set(name)) == 1
        return _FULL if rightly and size in (1, 2) and not titled and not doubled else _CALLED

    def _made(self, size: int, dice: random.Random) -> str:
        double = size > 2 and dice.random() < _DOUBLE_SURNAME
        surname: str = dice.choice(self.facts["double"] if double else self.surnames)
        return surname + "".join(dice.choice(self.given) for _ in range(size - len(surname)))
