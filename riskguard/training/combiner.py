"""The combiner's lesson: when is a listed term or a model's score right? `riskguard.training.truths` tells."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from riskguard.detectors.combiner import CONFIG, GROUPS, WORDS, Basis, Group, Surroundings
from riskguard.detectors.combiner.combiner import weights_name
from riskguard.detectors.combiner.forest import Forest, save_forests
from riskguard.detectors.combiner.sign import CLEAREST, WORDING, WORDING_ANY, family, sign_names
from riskguard.detectors.linear.model import LinearModel, save_model
from riskguard.detectors.panel import Panel
from riskguard.domain.finding import INTENT_ANY, INTENTS
from riskguard.domain.post import Post
from riskguard.evaluation.labelled import SOURCES
from riskguard.text.view import fold_all
from riskguard.training.grove import grown
from riskguard.training.truths import AT_GROUP, HARM, NEIGHBOURS, SETS, TRADE, Lesson
from riskguard.training.wording import Wordbook

CARD = "README.md"
_HEAD = """\
# Combiner: lexicon, encoder and context in one score

A logistic regression a group over named signs: what the lexicon says, what the encoder says of the rule
and of what the text intends (to offer, to attack, to break any rule), what its words alone tell of that, whether the
term was disguised, whether somebody can be reached, and what the text does with its words (warns, reports, tells, asks,
offers).
Where they do better on texts that they have not seen, boosted trees ('trees') read the same signs and what the
regression says; none makes a score fall because list or model said more.
There are three sets of weights a group: for findings of the lexicon in texts that a model has read, for those that no
model has read or whose label none knows ('without model'), and for the scores of the model's heads ('of model'). Made
by `riskguard train combiner`; `config.json` holds all weights, `forests.safetensors` all trees, and `wording/` a linear
model over n-grams of one and two characters that tells by words what a text intends, fitted on the same texts.

Figures are counted crosswise (five folds, ten texts that stand side by side in one of them); in brackets what the
detector's own scores do.
"""
_TAIL = """
A score is a probability on this mix, in which an ordinary Weibo post weighs three times, a sentence of ours four times,
six if it is innocent, and one of the first two sets a third; where violations are rarer, it is too high. Learnt from
dev of these sets, from sentences of ours written for it, and from the halves of our suites that may be looked at:
"""
_FOLDS = 5
_RIDGE = 0.2
_NEVER_SOFTENS = frozenset(
    {
        *("model", "model_best", "intent", "intent_any", WORDING, WORDING_ANY),
        *("lexicon", "listed", "disguised", "contact", "handle", "offer"),
    }
)
"""Signs that must not lower a score in trees when they rise."""

_WITNESSES = ("lexicon", "model", "intent", "intent_any", WORDING, WORDING_ANY)
"""Signs that must not lower a score in the regression either; a contact may, beside many who ask honestly."""

_NEVER_HARDENS = frozenset({"warning", "news", "told", "quoting", "denial", "care"})
"""Frames in which trees must not raise a score: some who break rules borrow them, but most mean them."""

_AT_ONCE = 256
_AT_GROUPS = frozenset({"hate", "sexism"})
_SAID_OF = {"sexism": "hate.gender"}
_UNTOLD = dict.fromkeys(INTENTS, 0.0)
_NOON = datetime(2020, 3, 1, 4, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Row:
    """A weighed finding: the number of its text, whether it is right, its own score, and what is known of it."""

    text: int
    right: bool
    weight: float
    own: float
    signs: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Table:
    """What a group learns from: (rows, signs), the truth, the weight and the number of the text of each row."""

    signs: NDArray[np.float64]
    truth: NDArray[np.bool_]
    weight: NDArray[np.float64]
    text: NDArray[np.int64]
    own: NDArray[np.float64]

    def without(self, texts: Collection[int]) -> Table:
        """The rows of all other texts."""
        kept = ~np.isin(self.text, np.array(sorted(texts), np.int64))
        return Table(self.signs[kept], self.truth[kept], self.weight[kept], self.text[kept], self.own[kept])


Tables = Mapping[tuple[str, Basis], Table]
"""What each set of weights learns from, by the name of its group and by what is weighed."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """Weights of a group, its trees where they help, and how it does on texts of folds that it has not seen: recall and
    false alarms at .5, its own and those of the scores that it weighs."""

    name: str
    weights: Mapping[str, float]
    forest: Forest | None
    rows: int
    yes: int
    area: float
    recall: float
    false_alarms: float
    before_area: float
    before_recall: float
    before_false_alarms: float


def learn(panel: Panel, taught: Sequence[Lesson], book: Wordbook) -> list[Learnt]:
    """The weights of every group, with and without a model; `panel` must not combine already. `book` is of `taught`."""
    return fitted(worded(tables_of(panel, taught), book.crossed()))


def fitted(tables: Tables) -> list[Learnt]:
    """The weights of every group, from what was told of its texts."""
    return [_fitted(group, basis, tables[group.name, basis]) for group in GROUPS for basis in Basis]


def tables_of(panel: Panel, taught: Sequence[Lesson]) -> Tables:
    """What there is to learn from: the texts are numbered as they stand in `taught`; `panel` must not combine.

    What their words tell is not there yet: see `worded`.
    """
    rows: dict[tuple[str, Basis], list[_Row]] = defaultdict(list)
    for start in range(0, len(taught), _AT_ONCE):
        for group, basis, row in _rows(panel, taught[start : start + _AT_ONCE], start):
            rows[group.name, basis].append(row)
    return {
        (group.name, basis): _table(rows[group.name, basis], sign_names(group, basis))
        for group in GROUPS
        for basis in Basis
    }


def worded(tables: Tables, told: NDArray[np.float64]) -> Tables:
    """The tables with what the words of each text tell (texts, INTENTS)."""
    return {
        (group.name, basis): _worded(tables[group.name, basis], told, group, basis)
        for group in GROUPS
        for basis in Basis
    }


def write(folder: Path, learnt: Sequence[Learnt], wording: LinearModel) -> None:
    """Weights, trees and what tells by words, and a card that says what they come from and how they do."""
    folder.mkdir(parents=True, exist_ok=True)
    save_model(wording, folder / WORDS)
    save_forests({each.name: each.forest for each in learnt if each.forest}, folder)
    weights = {each.name: {sign: round(value, 4) for sign, value in each.weights.items()} for each in learnt}
    text = json.dumps({"weights": weights}, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / CONFIG).write_text(text + "\n", encoding="utf-8")
    (folder / CARD).write_text("\n".join(_card(learnt)) + "\n", encoding="utf-8")


def _true(label: str, broken: frozenset[str], basis: Basis) -> bool:
    """Whether a finding is right. Every unlawful offer lures, and all abuse is of one kind to lists."""
    kind = family(label)
    if kind == "ad":
        return bool(broken & TRADE)
    if basis is Basis.HEAD and kind in _AT_GROUPS:
        at = {each for each in broken if each.startswith(AT_GROUP)}
        return "hate" in broken and (label == "hate" or not at or _SAID_OF.get(label, label) in at)
    return bool(broken & HARM) if kind in HARM else kind in broken


def _worded(table: Table, told: NDArray[np.float64], group: Group, basis: Basis) -> Table:
    signs, names = table.signs.copy(), sign_names(group, basis)
    for sign, intent in ((WORDING, group.intent), (WORDING_ANY, INTENT_ANY)):
        signs[:, names.index(sign)] = told[table.text, INTENTS.index(intent)].clip(-CLEAREST, CLEAREST)
    return replace(table, signs=signs)


def _rows(panel: Panel, part: Sequence[Lesson], start: int) -> Iterator[tuple[Group, Basis, _Row]]:
    """The weighed findings in these texts, of which the first is number `start`; what lists say, also as if no model
    had read the text."""
    views = fold_all([lesson.text for lesson in part])
    posts = [Post(str(at), "", str(at), lesson.text, _NOON) for at, lesson in enumerate(part, start)]
    readings = panel.read(posts, views)
    for at, (lesson, view, reading) in enumerate(zip(part, views, readings, strict=True), start):
        around = Surroundings.of(view, reading.findings, _UNTOLD)
        for finding in reading.findings:
            found = around.basis(finding)
            if found is None:
                continue
            group = found[0]
            for basis in {found[1], Basis.TERM_ALONE} if found[1] is Basis.TERM else {found[1]}:
                right, signs = _true(finding.label, lesson.broken, basis), around.signs(finding, group, basis)
                yield group, basis, _Row(at, right, lesson.weight(right=right), finding.score, signs)


def _table(rows: Sequence[_Row], names: Sequence[str]) -> Table:
    return Table(
        np.array([[row.signs.get(name, 0.0) for name in names] for row in rows]),
        np.array([row.right for row in rows]),
        np.array([row.weight for row in rows]),
        np.array([row.text for row in rows]),
        np.array([row.own for row in rows]),
    )


def _fitted(group: Group, basis: Basis, table: Table) -> Learnt:
    names, truth = sign_names(group, basis), table.truth
    every = np.arange(len(truth))
    plain, wooded = np.zeros(len(truth)), np.zeros(len(truth))
    for seen, held in _folds(table, every):
        model, forest = _model(table, seen, names), _forest(table, seen, names)
        plain[held] = model.decision_function(table.signs[held])
        wooded[held] = [forest.odds(signs) for signs in np.column_stack([table.signs[held], plain[held]])]
    model = _model(table, every, names)
    better = _loss(wooded, table) < _loss(plain, table)
    told = wooded if better else plain
    return Learnt(
        weights_name(group, basis),
        {**dict(zip(names, map(float, model.coef_[0]), strict=True)), "bias": float(model.intercept_[0])},
        _forest(table, every, names) if better else None,
        rows=len(truth),
        yes=int(truth.sum()),
        area=float(roc_auc_score(truth, told)),
        recall=float((told[truth] >= 0.0).mean()),
        false_alarms=float((told[~truth] >= 0.0).mean()),
        before_area=float(roc_auc_score(truth, table.own)),
        before_recall=float((table.own[truth] >= 0.5).mean()),
        before_false_alarms=float((table.own[~truth] >= 0.5).mean()),
    )


def _folds(table: Table, rows: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Five ways to part the rows: what is seen, and what is held back. A text and its neighbours, such as its disguised
    twin, are on one side."""
    neighbours = table.text[rows] // NEIGHBOURS
    for seen, held in GroupKFold(_FOLDS).split(table.signs[rows], table.truth[rows], neighbours):
        yield rows[seen], rows[held]


def _model(table: Table, rows: NDArray[np.int64], names: Sequence[str]) -> LogisticRegression:
    """A witness that would speak against what it says, beside others that say the same, is not heard."""
    signs = table.signs[rows].copy()
    witnesses = np.isin(names, _WITNESSES)
    while True:
        model = LogisticRegression(C=_RIDGE, max_iter=3000)
        model.fit(signs, table.truth[rows], sample_weight=table.weight[rows])
        against = witnesses & (model.coef_[0] < 0.0)
        if not against.any():
            return model
        signs[:, against] = 0.0


def _forest(table: Table, rows: NDArray[np.int64], names: Sequence[str]) -> Forest:
    """Trees over the signs and what the regression says of rows that it has not seen."""
    said = np.zeros(len(table.truth))
    for seen, held in _folds(table, rows):
        said[held] = _model(table, seen, names).decision_function(table.signs[held])
    leaning = [*((name in _NEVER_SOFTENS) - (name in _NEVER_HARDENS) for name in names), 1]
    signs = np.column_stack([table.signs, said])[rows]
    return grown(signs, table.truth[rows], table.weight[rows], leaning)


def _loss(odds: NDArray[np.float64], table: Table) -> float:
    """The mean logarithm of how unlikely the truth was told to be."""
    return float(np.average(np.logaddexp(0.0, np.where(table.truth, -odds, odds)), weights=table.weight))


def _card(learnt: Sequence[Learnt]) -> Iterator[str]:
    yield _HEAD
    yield "| weights | trees | findings, right | area under ROC (own scores) | recall at .5 | false alarms at .5 |"
    yield "|---|---|---|---|---|---|"
    for each in learnt:
        yield (
            f"| {each.name} | {'yes' if each.forest else 'no'} | {each.rows}, {each.yes} "
            f"| {each.area:.3f} ({each.before_area:.3f}) | {each.recall:.3f} ({each.before_recall:.3f}) "
            f"| {each.false_alarms:.3f} ({each.before_false_alarms:.3f}) |"
        )
    yield _TAIL
    for name in SETS:
        yield f"- {SOURCES[name].origin}: {SOURCES[name].licence}"
