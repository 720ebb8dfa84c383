"""The generated sentences of a half: carriers of our own, filled with invented values, plain and disguised."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from importlib.resources import files
from itertools import cycle, islice
from random import Random
from typing import TYPE_CHECKING

import yaml
from pydantic import BaseModel, ConfigDict

from riskguard.domain.errors import NotReady
from riskguard.evaluation.pii import kept
from riskguard.evaluation.pii.disguise import DISGUISES, PLAIN_WORDS, WORDS, Disguise
from riskguard.evaluation.pii.lookalikes import LOOKALIKES
from riskguard.evaluation.pii.numbers import NUMBERS, birthday
from riskguard.evaluation.pii.sentence import BAR, CLOSE, OPEN, Form, Half, Sentence, read_marks

if TYPE_CHECKING:
    from faker import Faker

SEEDS: Mapping[Half, int] = {Half.TUNED: 20200123, Half.KEPT: 20200408}
PLAIN, DISGUISED, NEGATIVES = 56, 40, 64
"""So many sentences of each label as usual, of each in disguise, and of each group that must stay silent."""

_SLOT = re.compile(r"\{(\w+)\}")


class Carriers(BaseModel):
    """A file of carriers. `carriers` by label, `negatives` by group; `words` fill slots of the same name."""

    model_config = ConfigDict(extra="forbid")

    openers: tuple[str, ...]
    tails: tuple[str, ...]
    words: dict[str, tuple[str, ...]]
    carriers: dict[str, tuple[str, ...]]
    negatives: dict[str, tuple[str, ...]]


def generated(half: Half) -> list[Sentence]:
    """The sentences of this half; always the same ones with the same version of Faker.

    NotReady where Faker, which belongs to the workshop, is not installed.
    """
    source = (files(__package__) / f"carriers_{half}.yaml").read_text(encoding="utf-8")
    writer = _Writer(half, Carriers.model_validate(yaml.safe_load(source)))
    return list({sentence.text: sentence for sentence in writer.sentences()}.values())


class _Writer:
    """Fills the carriers of one half."""

    def __init__(self, half: Half, said: Carriers) -> None:
        self._half, self._said = half, said
        self._dice = Random(SEEDS[half])  # noqa: S311 - test sentences, no secret
        self._people = _people(SEEDS[half])
        more = kept.DISGUISES if half is Half.KEPT else {}
        self._disguises = {kind: (*ways, *more.get(kind, ())) for kind, ways in DISGUISES.items()}
        words = kept.WORDS if half is Half.KEPT else {}
        self._called = {slot: (*known, *words.get(slot, ())) for slot, known in WORDS.items()}

    def sentences(self) -> Iterator[Sentence]:
        """Each label plain, then disguised where its values can be, then what must stay silent."""
        for label, carriers in self._said.carriers.items():
            yield from self._written(label, carriers, Form.PLAIN, PLAIN)
            if label in self._disguises:
                yield from self._written(label, carriers, Form.DISGUISED, DISGUISED)
        for group, carriers in self._said.negatives.items():
            yield from self._written(group, carriers, Form.PLAIN, NEGATIVES)

    def _written(self, group: str, carriers: Sequence[str], form: Form, size: int) -> Iterator[Sentence]:
        ways = cycle(self._disguises.get(group, ())) if form is Form.DISGUISED else None
        for number, carrier in enumerate(islice(cycle(carriers), size)):
            disguise = next(ways) if ways else None
            filled = _SLOT.sub(partial(self._slot, group=group, disguise=disguise), carrier)
            written = self._dice.choice(self._said.openers) + filled + self._dice.choice(self._said.tails)
            text, marks = read_marks(written)
            yield Sentence(f"{self._half}-{group}-{form}-{number}", self._half, form, group, text, marks)

    def _slot(self, match: re.Match[str], *, group: str, disguise: Disguise | None) -> str:
        slot = match[1]
        if slot in self._called:
            return self._dice.choice(self._called[slot] if disguise else PLAIN_WORDS[slot])
        if slot in self._said.words:
            return self._dice.choice(self._said.words[slot])
        if slot in LOOKALIKES:
            return LOOKALIKES[slot](self._dice)
        value = self._value(slot)
        if disguise and slot == group:
            value = disguise(value, self._dice)
        return f"{OPEN}{value}{BAR}{slot}{CLOSE}"

    def _value(self, kind: str) -> str:
        match kind:
            case "name":
                return str(self._people.name())
            case "address":
                return self._address()
            case "birth_date":
                return self._birth_date()
            case _:
                return NUMBERS[kind](self._dice)

    def _address(self) -> str:
        """A door in a street that Faker made up, with its town or without."""
        dice, people = self._dice, self._people
        town = dice.choice((f"{people.city_name()}市{people.district()}区", f"{people.city_name()}市", ""))
        street = f"{people.street_name()}{dice.randrange(1, 300)}号"
        door = f"{dice.randrange(1, 30)}栋{dice.randrange(1, 5)}单元{dice.randrange(101, 2800)}"
        return (
            town + street + dice.choice((door, f"{door}室", f"{dice.randrange(1, 30)}号楼{dice.randrange(101, 999)}"))
        )

    def _birth_date(self) -> str:
        born = birthday(self._dice)
        return self._dice.choice(
            (f"{born.year}年{born.month}月{born.day}日", f"{born:%Y-%m-%d}", f"{born:%Y.%m.%d}", f"{born:%Y%m%d}")
        )


def _people(seed: int) -> Faker:
    try:
        from faker import Faker
    except ImportError as missing:
        raise NotReady("the suite needs Faker", hint="pip install 'riskguard[workshop]'") from missing
    people = Faker("zh_CN")
    people.seed_instance(seed)
    return people
