"""The figures of the evasion and benign suites as tables and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from riskguard.evaluation.goals import Goal
from riskguard.evaluation.sensitive_figures import (
    BLOCKED,
    FALSE_ALARMS,
    KINDS,
    REVIEWED,
    Recall,
    SensitiveFigures,
    share,
)
from riskguard.evaluation.sensitive_suites import Half

_NO_GOAL = ("", "")


def show(figures: SensitiveFigures, console: Console, *, missed: bool) -> None:
    """Print the tables. With `missed` also the ids of the half to tune on that went wrong; never those of the other."""
    console.print(_kinds(figures))
    console.print(_families(figures))
    console.print(_benign(figures))
    if figures.ordinary is not None:
        console.print(_ordinary(figures))
    if missed:
        for line in _wrong(figures):
            console.print(line, highlight=False, soft_wrap=True, markup=False)
    short = figures.missed_goals()
    console.print(f"Goals missed: {', '.join(short)}" if short else "Every goal is reached", highlight=False)


def plain(figures: SensitiveFigures) -> dict[str, object]:
    """The figures as they go into a JSON file; the ids are those of the half to tune on."""
    return {
        "kinds": {kind.value: {half.value: asdict(figures.recall(half, kind=kind)) for half in Half} for kind in KINDS},
        "families": {
            family: {half.value: asdict(figures.recall(half, family=family)) for half in Half}
            for family in _names(figures)
        },
        "benign": {
            group or "all": {
                half.value: dict(zip(("alarms", "sentences"), figures.alarms(half, group=group), strict=True))
                for half in Half
            }
            for group in ("", *_groups(figures))
        },
        "ordinary": None if figures.ordinary is None else asdict(figures.ordinary),
        "missed_goals": figures.missed_goals(),
        "missed_tune_ids": [each.pair.id for each in figures.pairs if _tuned(each.pair.id) and not each.disguised],
        "false_alarm_tune_ids": [each.trap.id for each in figures.traps if _tuned(each.trap.id) and each.alarm],
    }


def _kinds(figures: SensitiveFigures) -> Table:
    table = _recall_table("Evasion suite, by kind of disguise", "kind", goals=True)
    for kind, goal in KINDS.items():
        for half in Half:
            recall = figures.recall(half, kind=kind)
            reached = _goal(goal, share(recall.disguised, recall.pairs)) if recall.pairs else _NO_GOAL
            table.add_row(kind.value, half.value, *_cells(recall), *reached)
    for half in Half:
        table.add_row("all", half.value, *_cells(figures.recall(half)), *_NO_GOAL)
    return table


def _families(figures: SensitiveFigures) -> Table:
    table = _recall_table("Evasion suite, by family of labels", "family", goals=False)
    for family in _names(figures):
        for half in Half:
            table.add_row(family, half.value, *_cells(figures.recall(half, family=family)))
    return table


def _recall_table(title: str, first: str, *, goals: bool) -> Table:
    ends = ("goal", "reached") if goals else ()
    return Table(
        first,
        "half",
        "pairs",
        "plain found",
        "disguised found",
        "of those found plain",
        "term pointed at",
        *ends,
        title=title,
    )


def _cells(recall: Recall) -> tuple[str, ...]:
    return (
        str(recall.pairs),
        _percent(recall.plain, recall.pairs),
        _percent(recall.disguised, recall.pairs),
        _percent(recall.kept, recall.plain),
        _percent(recall.pointed, recall.disguised),
    )


def _benign(figures: SensitiveFigures) -> Table:
    table = Table("group", *Half, "false alarms", "goal", "reached", title="Benign suite")
    for group in ("", *_groups(figures)):
        halves = (_of(*figures.alarms(half, group=group)) for half in Half)
        alarms, sentences = figures.alarms(group=group)
        held = share(*figures.alarms(Half.HELD))
        reached = _NO_GOAL if group else _goal(FALSE_ALARMS, held)
        table.add_row(group or "all", *halves, _percent(alarms, sentences), *reached)
    return table


def _ordinary(figures: SensitiveFigures) -> Table:
    table = Table("", "posts", "share", "goal", "reached", title="Ordinary Weibo posts of dev")
    if (ordinary := figures.ordinary) is not None:
        for name, count, goal in (("blocked", ordinary.blocked, BLOCKED), ("reviewed", ordinary.reviewed, REVIEWED)):
            value = share(count, ordinary.posts)
            table.add_row(name, _of(count, ordinary.posts), f"{value:.2%}", *_goal(goal, value))
    return table


def _wrong(figures: SensitiveFigures) -> Iterator[str]:
    for kind in KINDS:
        numbers = [e.pair.id for e in figures.pairs if e.pair.kind is kind and _tuned(e.pair.id) and not e.disguised]
        if numbers:
            yield f"{kind.value} missed (tune): {' '.join(map(str, numbers))}"
    alarms = [each.trap for each in figures.traps if each.alarm and _tuned(each.trap.id)]
    if alarms:
        yield "false alarms (tune): " + ", ".join(f"{trap.id} {'/'.join(trap.terms)}" for trap in alarms)


def _goal(goal: Goal, value: float) -> tuple[str, str]:
    sign = "≤" if goal.at_most else "≥"
    return f"{sign} {goal.must or 0:.0%}", "no" if goal.reached(value) == "no" else "reached"


def _names(figures: SensitiveFigures) -> list[str]:
    return list(dict.fromkeys(each.pair.family for each in figures.pairs))


def _groups(figures: SensitiveFigures) -> list[str]:
    return list(dict.fromkeys(each.trap.group for each in figures.traps))


def _tuned(number: int) -> bool:
    return Half.of(number) is Half.TUNE


def _of(part: int, whole: int) -> str:
    return f"{part}/{whole}"


def _percent(part: int, whole: int) -> str:
    return f"{share(part, whole):.1%}" if whole else ""
