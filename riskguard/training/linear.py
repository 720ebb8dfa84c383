"""Trains the linear model: one logistic regression per head over the same hashed n-grams."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from riskguard.detectors.linear.detector import HEADS
from riskguard.detectors.linear.model import LinearModel, quantised, save_model
from riskguard.evaluation.calibration import platt
from riskguard.evaluation.examples import Chosen, Library, chosen, mix
from riskguard.evaluation.labelled import SOURCES, Split
from riskguard.evaluation.lures import LURES
from riskguard.evaluation.metrics import Floats, Truth
from riskguard.evaluation.recipe import RECIPES, Part, Recipe
from riskguard.training.invented import INVENTED, invented
from riskguard.training.matrix import bare, counts, punctuated, rarity, weighed

LONGEST = 3
BITS = 18
STRENGTH = 16.0
BALLAST = 300.0
FEWEST_YES = 200
_SPREAD = 99.995


@dataclass(slots=True)
class Bench:
    """The training texts as matrices; each set is counted once."""

    library: Library
    seed: int
    idf: Floats = field(default_factory=lambda: np.empty(0))
    told: Floats = field(default_factory=lambda: np.empty(0))
    told_bytes: tuple[NDArray[np.int8], Floats] = field(default_factory=lambda: (np.empty(0, np.int8), np.empty(0)))
    _counted: dict[str, sparse.csr_matrix] = field(default_factory=dict)

    def learn_rarity(self, sources: Sequence[str]) -> None:
        """Rarity of every bucket over these sets, and what an n-gram tells as the model will store it."""
        self.idf = rarity(sparse.vstack([self._counts(source) for source in sources]))
        self.told_bytes = quantised(self.idf[:, None] ** 2)
        self.told = (self.told_bytes[0] * self.told_bytes[1])[:, 0]

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
            self._counted[key] = counts(texts, longest=LONGEST, bits=BITS)
        return self._counted[key]


@dataclass(frozen=True, slots=True)
class Head:
    """A trained head: weights per bucket (rarity folded in) and bias, how many rows said yes and no, and whose."""

    name: str
    weights: Floats
    bias: float
    yes: int
    no: int
    yes_sets: tuple[str, ...]


def recipes(*, permissive_only: bool) -> list[Recipe]:
    """The heads to train, in the order of HEADS."""
    wanted = [RECIPES[head] for head in HEADS]
    return [recipe.permissive() for recipe in wanted] if permissive_only else wanted


def train_linear(data: Path, out: Path, *, permissive_only: bool = False, seed: int = 7) -> Iterator[str]:
    """Train, calibrate and write the model to `out`; says what it does, step by step. The same seed, the same bytes."""
    bench = Bench(Library(data, Split.TRAIN), seed)
    bench.library.put(INVENTED, invented(seed=seed))
    dev = Library(data, Split.DEV)
    wanted = recipes(permissive_only=permissive_only)
    yield "counting n-grams"
    bench.learn_rarity(_sources(wanted))
    heads: list[Head] = []
    missing: dict[str, str] = {}
    for recipe in wanted:
        yield f"training '{recipe.head}'"
        head = _fit(recipe, bench, seed)
        if head is None:
            missing[recipe.head] = _why_missing(permissive_only=permissive_only)
        else:
            heads.append(head)
    yield "calibrating"
    model = calibrate(_assembled(heads, bench), dev, wanted)
    yield "writing the model"
    save_model(model, out, missing=missing, **_about(heads, wanted, permissive_only=permissive_only, seed=seed))


def calibrate(model: LinearModel, dev: Library, wanted: Sequence[Recipe]) -> LinearModel:
    """The model with the slope and shift of each head fitted on its dev mix."""
    slope, shift = np.ones(len(model.heads)), np.zeros(len(model.heads))
    margins: dict[tuple[str, int], Floats] = {}
    for recipe in wanted:
        if recipe.head not in model.heads:
            continue
        column = model.heads.index(recipe.head)
        picked, weights = mix(recipe, dev)
        for rows in picked:
            if (rows.source, rows.cuts) not in margins:
                margins[rows.source, rows.cuts] = model.margins(dev.get(rows.source, rows.cuts).texts)
        mixed = np.concatenate([margins[rows.source, rows.cuts][rows.index, column] for rows in picked])
        truth = np.concatenate([rows.truth for rows in picked])
        slope[column], shift[column] = platt(mixed, truth, weights)
    return replace(model, slope=slope, shift=shift)


def _fit(recipe: Recipe, bench: Bench, seed: int) -> Head | None:
    blocks = [block for part in recipe.parts if part.train and part.counted for block in _blocks(part, recipe, bench)]
    truth = np.concatenate([block.truth for block in blocks]) if blocks else np.empty(0, np.bool_)
    if truth.sum() < FEWEST_YES:
        return None
    weights = np.concatenate([np.full(len(block.truth), block.weight) for block in blocks])
    matrix = sparse.vstack([block.matrix for block in blocks], format="csr")
    fit = LogisticRegression(C=STRENGTH, solver="liblinear", random_state=seed, max_iter=200)
    fit.fit(matrix, truth, sample_weight=weights * _balance(truth, weights))
    return Head(
        recipe.head,
        weights=fit.coef_[0] * bench.idf,
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
    for variant in variants:
        yield _Block(part.source, bench.rows(rows, variant=variant), rows.truth, part.weight / len(variants))


def _balance(truth: Truth, weights: Floats) -> Floats:
    """Lifts the rarer side, by the square root of what would make both sides equal; calibration undoes the bias."""
    yes, no = weights[truth].sum(), weights[~truth].sum()
    lift = float(np.sqrt(no / yes))
    balanced: Floats = np.where(truth, lift, 1.0)
    return balanced


def _assembled(heads: Sequence[Head], bench: Bench) -> LinearModel:
    columns = np.stack([head.weights for head in heads], axis=1)
    reach = np.percentile(np.abs(columns), _SPREAD, axis=0)
    table, scale = quantised(np.clip(columns, -reach, reach))
    return LinearModel(
        heads=tuple(head.name for head in heads),
        longest=LONGEST,
        ballast=BALLAST,
        table=np.concatenate([table, bench.told_bytes[0]], axis=1),
        scale=np.concatenate([scale, bench.told_bytes[1]]),
        bias=np.array([head.bias for head in heads]),
        slope=np.ones(len(heads)),
        shift=np.zeros(len(heads)),
    )


def _sources(wanted: Sequence[Recipe]) -> list[str]:
    """The sets that tell how rare an n-gram is. Not the lures: editing them leaves the other heads as they are."""
    named = {part.source: None for recipe in wanted for part in recipe.parts if part.train and part.counted}
    return [name for name in named if name != LURES]


def _why_missing(*, permissive_only: bool) -> str:
    return "no permissively licensed examples" if permissive_only else "too few examples for a model yet"


def _about(heads: Sequence[Head], wanted: Sequence[Recipe], *, permissive_only: bool, seed: int) -> dict[str, object]:
    used = {recipe.head: sorted({p.source for p in recipe.parts if p.train and p.counted}) for recipe in wanted}
    return {
        "trained_on": {h.name: {"yes": h.yes, "no": h.no, "sets": used[h.name], "yes_sets": h.yes_sets} for h in heads},
        "permissive_heads": [h.name for h in heads if all(SOURCES[name].permissive for name in used[h.name])],
        "permissive_only": permissive_only,
        "seed": seed,
        "made_on": datetime.now(UTC).date().isoformat(),
    }
