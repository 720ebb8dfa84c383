"""Trains the linear model: one logistic regression per column of its tables, over hashed n-grams."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from riskguard.detectors.linear.model import LinearModel, quantised, save_model
from riskguard.detectors.linear.rows import Rows
from riskguard.detectors.linear.table import Table
from riskguard.evaluation.calibration import platt
from riskguard.evaluation.examples import Chosen, Library, chosen, mix
from riskguard.evaluation.labelled import SOURCES, Split
from riskguard.evaluation.lures import LURES
from riskguard.evaluation.metrics import Floats, Truth
from riskguard.evaluation.recipe import Part, Recipe
from riskguard.training.families import FAMILIES, Family, recipes
from riskguard.training.invented import INVENTED, invented
from riskguard.training.matrix import bare, counts, holders, leanings, punctuated, rarity, weighed

BALLAST = 300.0
FEWEST_YES = 200


@dataclass(slots=True)
class Bench:
    """The training texts as matrices for one family; each set is counted once."""

    library: Library
    family: Family
    seed: int
    idf: Floats = field(default_factory=lambda: np.empty(0))
    told: Floats = field(default_factory=lambda: np.empty(0))
    told_bytes: tuple[NDArray[np.int8], Floats] = field(default_factory=lambda: (np.empty(0, np.int8), np.empty(0)))
    _counted: dict[str, sparse.csr_matrix] = field(default_factory=dict)

    def learn_rarity(self, sources: Sequence[str]) -> None:
        """Rarity of every bucket over these sets, and what an n-gram tells as the model will store it."""
        documents = sparse.vstack([self._counts(source) for source in sources])
        self.idf = rarity(documents, fewest=self.family.fewest)
        self.told_bytes = quantised(self.idf[:, None] ** 2)
        self.told = (self.told_bytes[0] * self.told_bytes[1])[:, 0]
        self.idf[holders(documents) < self.family.fewest] = 0.0

    def rows(self, chosen: Chosen, *, variant: str = "") -> sparse.csr_matrix:
        """The chosen rows, weighed; `variant` is '', 'bare' or 'punctuated'."""
        found = self._counts(chosen.source, chosen.cuts, variant)[chosen.index]
        return weighed(found, self.idf, self.told, ballast=BALLAST)

    def _counts(self, source: str, cuts: int = 0, variant: str = "") -> sparse.csr_matrix:
        key = f"{source}/{cuts}/{variant}"
        if key not in self._counted:
            texts = self.library.get(source, cuts).texts
            if variant == "bare":
                texts = [bare(text) for text in texts]
            elif variant == "punctuated":
                texts = list(punctuated(texts, seed=self.seed))
            self._counted[key] = counts(texts, longest=self.family.longest, bits=self.family.bits)
        return self._counted[key]


@dataclass(frozen=True, slots=True)
class Column:
    """Trained weights per bucket (rarity folded in) and bias, how many rows said yes and no, and whose."""

    weights: Floats
    bias: float
    yes: int
    no: int
    yes_sets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """The table of a family, and for each of its heads what it saw."""

    table: Table
    seen: Mapping[str, Mapping[str, object]]


def train_linear(data: Path, out: Path, *, permissive_only: bool = False, seed: int = 7) -> Iterator[str]:
    """Train, calibrate and write the model to `out`; says what it does, step by step. The same seed, the same bytes."""
    library = Library(data, Split.TRAIN)
    library.put(INVENTED, invented(seed=seed))
    wanted = {family: recipes(family, permissive_only=permissive_only) for family in FAMILIES}
    found: list[Made] = []
    for family in FAMILIES:
        yield f"training {', '.join(family.heads)}"
        made = _made(family, wanted[family], library, seed)
        found += [made] if made else []
    yield "calibrating"
    every = {recipe.head: recipe for each in wanted.values() for recipe in each}
    model = calibrate(_assembled(found), Library(data, Split.DEV), every)
    yield "writing the model"
    why = "no permissively licensed examples" if permissive_only else "too few examples for a model yet"
    save_model(
        model,
        out,
        missing={head: why for head in every if head not in model.heads},
        trained_on={head: facts for made in found for head, facts in made.seen.items()},
        permissive_heads=[h for h in model.heads if all(SOURCES[name].permissive for name in _sets(every[h]))],
        permissive_only=permissive_only,
        seed=seed,
        made_on=datetime.now(UTC).date().isoformat(),
    )


def calibrate(model: LinearModel, dev: Library, wanted: Mapping[str, Recipe]) -> LinearModel:
    """The model with the slope and shift of each head fitted on its dev mix."""
    slope, shift = np.ones(len(model.heads)), np.zeros(len(model.heads))
    margins: dict[tuple[str, int], Floats] = {}
    for column, head in enumerate(model.heads):
        picked, weights = mix(wanted[head], dev)
        for rows in picked:
            if (rows.source, rows.cuts) not in margins:
                margins[rows.source, rows.cuts] = model.margins(dev.get(rows.source, rows.cuts).texts)
        mixed = np.concatenate([margins[rows.source, rows.cuts][rows.index, column] for rows in picked])
        truth = np.concatenate([rows.truth for rows in picked])
        slope[column], shift[column] = platt(mixed, truth, weights)
    return replace(model, slope=slope, shift=shift)


def _made(family: Family, wanted: Sequence[Recipe], library: Library, seed: int) -> Made | None:
    """The family's table with the heads that have rows enough; None without any, or where all or none are of use."""
    bench = Bench(library, family, seed)
    telling = _telling(wanted)
    if not telling:
        return None
    bench.learn_rarity(telling)
    columns = [_fit(lesson, bench, seed) for lesson in family.lessons(wanted)]
    fitted = [column for column in columns if column]
    if not fitted or (family.whole and len(fitted) < len(columns)):
        return None
    kept = [recipe for recipe, column in zip(wanted, columns, strict=False) if column]
    seen = {recipe.head: _seen(recipe, fitted[at : 2 * len(kept) : len(kept)]) for at, recipe in enumerate(kept)}
    return Made(_table(family, [recipe.head for recipe in kept], fitted, bench), seen)


def _fit(recipe: Recipe, bench: Bench, seed: int) -> Column | None:
    blocks = [block for part in recipe.parts for block in _blocks(part, recipe, bench)]
    truth = np.concatenate([block.truth for block in blocks]) if blocks else np.empty(0, np.bool_)
    if truth.sum() < FEWEST_YES:
        return None
    weights = np.concatenate([np.full(len(block.truth), block.weight) for block in blocks])
    matrix = sparse.vstack([block.matrix for block in blocks], format="csr")
    leaning = leanings(matrix, truth, weights) ** bench.family.leaning
    fit = LogisticRegression(C=bench.family.strength, solver="liblinear", random_state=seed, max_iter=200)
    fit.fit(matrix @ sparse.diags(leaning), truth, sample_weight=weights * _balance(truth, weights))
    return Column(
        weights=fit.coef_[0] * leaning * bench.idf,
        bias=float(fit.intercept_[0]),
        yes=int(truth.sum()),
        no=int((~truth).sum()),
        yes_sets=tuple(dict.fromkeys(block.source for block in blocks if block.truth.any())),
    )


@dataclass(frozen=True, slots=True)
class _Block:
    source: str
    matrix: sparse.csr_matrix
    truth: Truth
    weight: float


def _blocks(part: Part, recipe: Recipe, bench: Bench) -> Iterator[_Block]:
    """The part's rows; where yes-rows lack punctuation, all sets are shown both with and without it."""
    rows = chosen(part, bench.library)
    rows = replace(rows, index=rows.index[:: part.every], truth=rows.truth[:: part.every])
    if not len(rows.index):
        return
    variants: tuple[str, ...] = ("",)
    if recipe.bare and not part.cuts:
        variants = ("", "punctuated") if part.source == "risk_fbs_sms" else ("", "bare")
    weight = part.weight * part.counted / len(variants)
    for variant in variants:
        yield _Block(part.source, bench.rows(rows, variant=variant), rows.truth, weight)


def _balance(truth: Truth, weights: Floats) -> Floats:
    """Lifts the rarer side, by the square root of what would make both sides equal; calibration undoes the bias."""
    yes, no = weights[truth].sum(), weights[~truth].sum()
    lift = float(np.sqrt(no / yes))
    balanced: Floats = np.where(truth, lift, 1.0)
    return balanced


def _table(family: Family, heads: Sequence[str], fitted: Sequence[Column], bench: Bench) -> Table:
    columns = np.stack([column.weights for column in fitted], axis=1)
    weights, scale = quantised(columns)
    return Table(
        heads=tuple(heads),
        kind=family.kind,
        longest=family.longest,
        weights=Rows.of(np.concatenate([weights, bench.told_bytes[0]], axis=1)),
        scale=np.concatenate([scale, bench.told_bytes[1]]),
        bias=np.array([column.bias for column in fitted]),
    )


def _assembled(found: Sequence[Made]) -> LinearModel:
    heads = sum(len(made.table.heads) for made in found)
    return LinearModel(tuple(made.table for made in found), BALLAST, slope=np.ones(heads), shift=np.zeros(heads))


def _telling(wanted: Sequence[Recipe]) -> list[str]:
    """The sets that tell how rare an n-gram is: whose rows count in full. Not the lures: editing them leaves the other
    heads as they are."""
    named = {part.source: None for recipe in wanted for part in recipe.parts if part.train and part.counted >= 1}
    return [name for name in named if name != LURES]


def _sets(recipe: Recipe) -> list[str]:
    return sorted({part.source for part in recipe.parts if part.train and part.counted})


def _seen(recipe: Recipe, voices: Sequence[Column]) -> dict[str, object]:
    """What a head saw, for the config; all of its voices together."""
    return {
        "yes": sum(voice.yes for voice in voices),
        "no": sum(voice.no for voice in voices),
        "sets": _sets(recipe),
        "yes_sets": list(dict.fromkeys(name for voice in voices for name in voice.yes_sets)),
    }
