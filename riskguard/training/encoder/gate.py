"""The gate: a model that is worse than the one shipped is not exported over it, unless somebody says why."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from riskguard.domain.errors import InvalidInput
from riskguard.evaluation.heads import Figures, HeadFigures, TaskFigures, figures_from
from riskguard.evaluation.held import UNSEEN
from riskguard.evaluation.slices import Measured

FIGURES = "figures.json"
_DIGITS = 5
"""After the point: no figure is surer than that."""

TASK_TOLERANCE = 0.01
"""What macro-F1 may lose. Less than most tasks' noise: rows are the same for both models, so most of it cancels."""

_SMALL, _SMALL_TOLERANCE = 400, 0.03
"""A task of fewer rows may lose more: there the answers of some ten texts make three points."""

SHARE_TOLERANCE, ERROR_TOLERANCE, ALARM_TOLERANCE = 0.02, 0.02, 0.005


def worse(new: Figures, shipped: Figures) -> list[str]:
    """Why `new` may not take the place of `shipped`; empty if it may. Better figures never make up for worse ones."""
    return [
        *_lost(new, shipped),
        *_worse_tasks(new, shipped),
        *_worse_shares(new, shipped),
        *_worse_heads(new, shipped),
    ]


def check_gate(new: Figures, folder: Path, *, reason: str = "") -> None:
    """InvalidInput where the model in `folder` is better in anything, unless a reason is given to export all the same.

    An empty folder, and one whose model left no figures, lets everything pass.
    """
    shipped = shipped_figures(folder)
    faults = worse(new, shipped) if shipped is not None else []
    if faults and not reason.strip():
        raise InvalidInput(
            f"the new model is worse than the one in {folder}: {'; '.join(faults)}",
            hint="train it better, or say why it should be taken all the same",
        )


def save_figures(folder: Path, figures: Figures) -> None:
    """Leave the figures beside the model, for the gate to compare the next one with."""
    told = json.dumps(figures.plain(), allow_nan=False)
    short = json.loads(told, parse_float=lambda number: round(float(number), _DIGITS))
    (folder / FIGURES).write_text(json.dumps(short, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def shipped_figures(folder: Path) -> Figures | None:
    """Those of the model in `folder`; None if it left none. InvalidInput when the file is none of ours."""
    file = folder / FIGURES
    if not file.is_file():
        return None
    try:
        return figures_from(json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput(
            f"{file} holds no figures: {error!r}", hint="delete it to let the next model pass"
        ) from error


def ship(staging: Path, folder: Path) -> None:
    """Put a model that passed in the place of the one in `folder`, whose unseen texts are not those of this one."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / UNSEEN).unlink(missing_ok=True)
    for file in staging.iterdir():
        shutil.copyfile(file, folder / file.name)


def _lost(new: Figures, shipped: Figures) -> Iterator[str]:
    """Heads and tasks that the new model cannot answer at all."""
    for head in sorted({each.head for each in shipped.heads} - {each.head for each in new.heads}):
        yield f"no head '{head}' any more"
    for task in sorted({each.task for each in shipped.tasks} - {each.task for each in new.tasks}):
        yield f"'{task}' cannot be answered any more"


def _worse_tasks(new: Figures, shipped: Figures) -> Iterator[str]:
    found = {each.task: each for each in new.tasks}
    for before in shipped.tasks:
        after = found.get(before.task)
        if after is not None and before.macro_f1 - after.macro_f1 > _tolerance(before):
            yield f"{before.task}: macro-F1 {after.macro_f1:.3f}, shipped {before.macro_f1:.3f}"


def _worse_shares(new: Figures, shipped: Figures) -> Iterator[str]:
    """Everything else that has a must: texts against prejudice, disguised twins, names."""
    found = {(each.of, each.part, each.figure): each for each in new.measured}
    for before in shipped.measured:
        after = found.get((before.of, before.part, before.figure))
        if before.goal.must is None:
            continue
        if after is None:
            yield f"{before.of}, {before.part}: not measured"
        elif _loss(after, before) > SHARE_TOLERANCE:
            yield f"{before.of}, {before.part}: {before.figure} {after.value:.3f}, shipped {before.value:.3f}"


def _worse_heads(new: Figures, shipped: Figures) -> Iterator[str]:
    found = {each.head: each for each in new.heads}
    for before in shipped.heads:
        if before.head in found:
            yield from _worse_head(found[before.head], before)


def _worse_head(after: HeadFigures, before: HeadFigures) -> Iterator[str]:
    if after.calibration_error - before.calibration_error > ERROR_TOLERANCE:
        yield f"{after.head}: calibration error {after.calibration_error:.3f}, shipped {before.calibration_error:.3f}"
    mood = after.head.startswith(("sentiment.", "emotion."))
    if not mood and after.false_alarms - before.false_alarms > ALARM_TOLERANCE:
        yield f"{after.head}: false alarms {after.false_alarms:.2%}, shipped {before.false_alarms:.2%}"


def _tolerance(task: TaskFigures) -> float:
    return _SMALL_TOLERANCE if task.rows < _SMALL else TASK_TOLERANCE


def _loss(after: Measured, before: Measured) -> float:
    return after.value - before.value if before.goal.at_most else before.value - after.value
