"""The figures of the suite as tables and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from riskguard.evaluation.compare import NONE, short, with_interval
from riskguard.evaluation.goals import Goal
from riskguard.evaluation.metrics import wilson
from riskguard.evaluation.pii.figures import LABELS, Match, Outcome, PiiFigures, Score, asked
from riskguard.evaluation.pii.sentence import Form, Half
from riskguard.evaluation.pii.suite import digest
from riskguard.evaluation.slices import Measured


def show(figures: PiiFigures, entities: Sequence[Measured], console: Console, *, missed: bool) -> None:
    """Print the tables; with `missed` also every sentence of the tuned half that went wrong, never one of the other."""
    console.print(_sizes(figures), highlight=False)
    for form in Form:
        console.print(_table(figures, form))
    if figures.ordinary is not None:
        console.print(_ordinary(figures), highlight=False)
    if entities:
        console.print("The sets mark every place, the service tells only those with a street or door:", highlight=False)
    for line in entities:
        cell = with_interval((line.value, line.interval))
        console.print(f"{line.of}, {line.part}: {line.figure} {cell}, {line.rows} places", highlight=False)
    if missed:
        for outcome in _wrong(figures):
            console.print(_told(outcome), highlight=False, soft_wrap=True, markup=False)
    missing = figures.missed_goals()
    console.print(f"Goals missed: {', '.join(missing)}" if missing else "Every goal is reached", highlight=False)


def plain(figures: PiiFigures, entities: Sequence[Measured]) -> dict[str, object]:
    """The figures as they go into a JSON file; the sentences in it are those of the tuned half."""
    return {
        "suite": digest([each.sentence for each in figures.outcomes]),
        "labels": {
            label: {
                half.value: {
                    form.value: {match.value: _plain(figures.score(label, half, form, match)) for match in Match}
                    for form in Form
                }
                for half in Half
            }
            for label in LABELS
        },
        "ordinary": None if figures.ordinary is None else asdict(figures.ordinary),
        "entities": [asdict(line) for line in entities],
        "missed_goals": figures.missed_goals(),
        "wrong_tuned": {each.sentence.id: each.wrong for each in _wrong(figures)},
    }


def _plain(score: Score) -> dict[str, object]:
    figures = zip(
        ("precision", "recall", "f1"), (score.precision, score.recall, score.f1), score.intervals, strict=True
    )
    return {**asdict(score), **{name: {"value": value, "interval": interval} for name, value, interval in figures}}


def _sizes(figures: PiiFigures) -> str:
    counted = Counter((each.sentence.half, bool(each.sentence.marks)) for each in figures.outcomes)
    halves = ", ".join(
        f"{half}: {counted[half, True]} with personal data and {counted[half, False]} without" for half in Half
    )
    return f"{len(figures.outcomes)} sentences ({halves}), suite {digest([each.sentence for each in figures.outcomes])}"


def _table(figures: PiiFigures, form: Form) -> Table:
    title = f"{form.capitalize()} forms: 95 % confidence; by exact places, ~ by overlap, and beside both recalls"
    columns = ("label", "half", "places", "precision", "recall", "F1", "exact, overlap", "goal", "reached")
    table = Table(*columns, title=title)
    for label in LABELS:
        for half in Half:
            scores = {match: figures.score(label, half, form, match) for match in Match}
            if scores[Match.EXACT].marked:
                table.add_row(*_cells(label, half, scores), *_goal(label, form, scores))
    return table


def _cells(label: str, half: Half, scores: Mapping[Match, Score]) -> Iterator[str]:
    match = asked(label).match
    score = scores[match]
    yield from (f"~{label}" if match is Match.OVERLAP else label, half.value, str(score.marked))
    for value, interval in zip((score.precision, score.recall, score.f1), score.intervals, strict=True):
        yield with_interval((value, interval)) if score.told else NONE
    yield ", ".join(short(each.recall) for each in scores.values())


def _goal(label: str, form: Form, scores: Mapping[Match, Score]) -> tuple[str, str]:
    wanted = asked(label)
    score = scores[wanted.match]
    name, goal, value = ("P, R", wanted.plain, min(score.precision, score.recall))
    if form is Form.DISGUISED:
        name, goal, value = ("R", wanted.disguised, score.recall)
    return (
        ("", "") if goal is None else (f"{name} {short(goal)}", Goal(must=goal).reached(value).replace("must", "yes"))
    )


def _ordinary(figures: PiiFigures) -> str:
    ordinary = figures.ordinary
    assert ordinary is not None
    low, high = wilson(ordinary.alarmed, ordinary.posts)
    told = ", ".join(f"{label} {count}" for label, count in ordinary.by_label.items() if count)
    return (
        f"Of {ordinary.posts} ordinary posts, {ordinary.told} are told to hold a number-like kind; "
        f"false alarms: {ordinary.alarmed}, {ordinary.per_thousand:.2f} per 1,000 [{1000 * low:.2f}, "
        f"{1000 * high:.2f}]; posts by label: {told or 'none'}"
    )


def _wrong(figures: PiiFigures) -> Iterator[Outcome]:
    return (each for each in figures.outcomes if each.sentence.half is Half.TUNED and each.wrong)


def _told(outcome: Outcome) -> str:
    text, wrong = outcome.sentence.text, outcome.wrong
    marked, told = (
        [f"{mark.label} {text[mark.start : mark.end]}" for mark in marks if mark.label in wrong]
        for marks in (outcome.sentence.marks, outcome.told)
    )
    return f"{outcome.sentence.id}\n  {text}\n  marked: {_listed(marked)}\n  told:   {_listed(told)}"


def _listed(marks: Sequence[str]) -> str:
    return "; ".join(marks) or "nothing"
