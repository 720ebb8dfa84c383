"""Which heads of the linear model share a table, of what size, and by what rows its columns are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from riskguard.detectors.linear.detector import HEADS
from riskguard.detectors.linear.table import Kind
from riskguard.evaluation.recipe import RECIPES, Part, Recipe, never


@dataclass(frozen=True, slots=True)
class Family:
    """Heads that share a table of 2**bits buckets; n-grams have up to `longest` characters.

    What fewer than `fewest` texts hold tells nothing. `strength` is how little the weights are held back: the less, the
    more unevenly yes and no share an n-gram, to the power of `leaning` (Wang and Manning, 2012). `second` names the
    sets of the second sort of text, where each head has two voices (see Kind).
    """

    heads: tuple[str, ...]
    kind: Kind = Kind.PLAIN
    longest: int = 3
    bits: int = 18
    fewest: int = 1
    strength: float = 16.0
    leaning: float = 0.0
    second: frozenset[str] = frozenset()

    @property
    def whole(self) -> bool:
        """Whether the table is of no use without all of its heads."""
        return self.kind is not Kind.PLAIN

    def lessons(self, wanted: Sequence[Recipe]) -> list[Recipe]:
        """What each column of the table is taught, in the order of the columns."""
        taught = [_counted(recipe, recipe.parts) for recipe in wanted]
        if self.kind is not Kind.VOICES:
            return taught
        first = [_counted(each, [part for part in each.parts if part.source not in self.second]) for each in taught]
        second = [_counted(each, [part for part in each.parts if part.source in self.second]) for each in taught]
        return [*first, *second, _guide(taught[0], self.second)]


def _named(*beginnings: str) -> tuple[str, ...]:
    return tuple(head for head in HEADS if head.startswith(beginnings))


_OPINION = _named("rumour", "sentiment.", "emotion.")
FAMILIES = (
    Family(tuple(head for head in HEADS if head not in _OPINION)),
    Family(_named("rumour"), bits=20, strength=64.0),
    Family(
        _named("sentiment."),
        Kind.VOICES,
        bits=21,
        fewest=2,
        strength=64.0,
        leaning=0.5,
        second=frozenset({"sentiment_shopping"}),
    ),
    Family(_named("emotion."), Kind.RIVALS, longest=2, leaning=0.25),
    Family(("self_harm.urgent",), longest=2),
)
"""Together every head of a reading, and `self_harm.urgent`, which the encoder hears too."""


def recipes(family: Family, *, permissive_only: bool) -> list[Recipe]:
    """What its heads are made of."""
    wanted = [RECIPES[head] for head in family.heads]
    return [recipe.permissive() for recipe in wanted] if permissive_only else wanted


def _counted(recipe: Recipe, parts: Sequence[Part]) -> Recipe:
    kept = tuple(part for part in parts if part.train and part.counted)
    return Recipe(recipe.head, kept, recipe.prevalence, recipe.bare)


def _guide(recipe: Recipe, second: frozenset[str]) -> Recipe:
    """Tells the second sort of text from the first, by all rows that the recipe names."""
    return Recipe(
        "second", tuple(Part(each.source, _always if each.source in second else never) for each in recipe.parts)
    )


def _always(_: object) -> bool:
    return True
