"""The card of the encoder: what it is made of, how good it is, what it cannot do, and how to make it again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from riskguard.detectors.encoder.model import CONFIG, SERVING, WEIGHTS
from riskguard.evaluation.candidate import ENCODER_ALONE
from riskguard.evaluation.compare import NONE, Line, goals, notes, short, slices, wanted, with_interval
from riskguard.evaluation.goals import TWINS
from riskguard.evaluation.heads import Figures, HeadFigures
from riskguard.evaluation.labelled import SOURCES
from riskguard.evaluation.slices import LENGTHS, MACRO_F1
from riskguard.training.card import PLOT, plot_reliability, save_plot

CARD, LOSS_PLOT = "card.md", "loss.png"
_MACHINE = "two CPU cores"
_EMOTIONAL = ("sentiment.", "emotion.")
_FEW = 1000
_TAGGED = {
    "ner_cluener": ("CLUENER", "none stated"),
    "ner_weibo": ("Weibo NER", "CC BY-SA 3.0"),
    "ner_resume": ("Resume NER", "none stated"),
    "address_parts": ("neural-chinese-address-parsing", "none stated"),
}

_LIMITS = """\
A score helps people to look in the right place; it must not remove anything by itself. The encoder reads a text,
not the talk around it: it does not know who speaks to whom, nor irony. It reads 255 characters at a time, and of a
longer post the loudest part counts. Sets of others are from Weibo, SMS and shops of some years ago; new slang is
unknown to it until it is trained again, and disguises that our own disguiser does not write may slip through.
`abuse` learnt from COLD, whose training labels are semi-automatic and know attacks on groups better than plain
insults. The risk heads learnt from SMS and from posts that we wrote; of real forum lures none were measured.
`self_harm` was taught what people in distress write, against ordinary posts: it means 'someone should look', and
`self_harm.urgent` rests on a few hundred texts. `rumour` means 'needs checking', never 'false'. What the tags call
an address may be any place; only one that leads to a door becomes a finding."""

_CALIBRATION = """\
Three numbers per head were fitted on dev: what the encoder's margin weighs, what the linear model's margin weighs,
and a shift; 'linear' is 0 where that model did not help on rows that the fit had not seen. Where it helped such rows,
reviews have three numbers of their own ('linear' is that of posts): the linear model tells the two sorts of text
apart. All figures are counted crosswise, on the mix that the recipes state (`riskguard/evaluation/recipe.py`): risk
heads with 3 to 5 % yes, `abuse`, `hate` and `sexism` half their own set and half ordinary Weibo; of emotions a rare
one counts for more. Where a risk is rarer or more common than there, scores are too high or too low. ECE is how far,
on average, a score is from the share that was truly so. 'At precision .9' is the share of true ones found when nine
findings in ten are right, as in the mix. False alarms are ordinary Weibo posts at 0.5 or more; 'short' are pieces of
these, 2 to 8 characters. For moods an alarm is no error but what these posts express. The last layers of `abuse` and
of emotions were also fitted on, on dev; their figures are those of five more such layers, each told about the fifth
of the texts that it has not seen. Three columns beside the heads say what a text intends (to offer or advertise, to
attack somebody, to break any rule). The whole encoder learnt them from sentences of ours and some of train; they
serve the combiner alone, and are measured with it (`models/combiner/README.md`)."""

_READING = """\
In brackets where a figure lies in 95 of 100 samples of as many rows. Thresholds of two-class tasks were chosen
crosswise: each fifth of dev by the other four. 'Reached' is said of the first model. The encoder and the linear model
beside it read what `models/restorer` makes of a text, as they are served; the linear model by itself reads the text
as it is folded. A model that always said no would keep the answer of all disguised twins: see macro-F1 below."""

_PRETRAINED = """\
It was asked for the author's character at hidden or disguised places, whether each place is his at all, and which
emoticon was taken out. Word vectors were learnt from the same posts before, and are not trained further."""

_SHARED = """\
'Permissive' says that every set which taught the head states a licence that lets anyone use, change and ship. The
body below the heads is shared: it was pre-trained on public posts without a stated licence and learnt from all sets
at once. Whoever cannot accept that ships the linear model made with `--permissive-only`."""


def write_encoder_card(folder: Path, models: Sequence[Figures], about: Mapping[str, Any] | None = None) -> None:
    """Write card.md and its plots beside the model. `models` has the encoder first, then what it is compared with.

    `about` adds to the facts of serving.json.
    """
    facts = {**_json(folder / SERVING), **(about or {})}
    plot_reliability(models[0].heads, folder / PLOT)
    curve = facts.get("pretraining", {}).get("curve", [])
    if curve:
        plot_loss(curve, folder / LOSS_PLOT)
    lines = _card(folder, _json(folder / CONFIG), facts, models)
    (folder / CARD).write_text("\n".join(lines) + "\n", encoding="utf-8")


def plot_loss(curve: Sequence[Sequence[float]], file: Path) -> None:
    """One panel per question of pre-training, over the tokens seen."""
    from matplotlib.figure import Figure

    seen = [row[0] / 1e6 for row in curve]
    sheet = Figure(figsize=(12, 3), layout="constrained")
    for column, (panel, name) in enumerate(
        zip(sheet.subplots(1, 3), ("hidden characters", "forged places", "moods"), strict=True), start=1
    ):
        panel.plot(seen, [row[column] for row in curve], linewidth=1)
        panel.set_title(name, fontsize=9)
        panel.set_xlabel("million tokens", fontsize=8)
    save_plot(sheet, file)


def _card(
    folder: Path, config: Mapping[str, Any], facts: Mapping[str, Any], models: Sequence[Figures]
) -> Iterator[str]:
    yield "# Risk encoder: one small network for every head"
    yield ""
    yield from _what(folder, config, facts)
    yield from ("", "## What it cannot do", "", _LIMITS)
    yield from _tasks(models)
    yield from _slices(models)
    yield from _heads(models[0].heads, facts)
    yield from _pretraining(facts)
    yield from _teacher(facts)
    yield from _sources(facts)
    yield from _again(facts)


def _what(folder: Path, config: Mapping[str, Any], facts: Mapping[str, Any]) -> Iterator[str]:
    size = sum(file.stat().st_size for file in folder.iterdir() if file.is_file()) / 2**20
    shape = (
        f"{config['num_hidden_layers']} layers of {config['hidden_size']}" if "hidden_size" in config else "A network"
    )
    yield f"{shape} over characters, their sounds and the words that begin or end at a place; {len(facts['heads'])}"
    yield "heads, and tags for names, addresses and organisations."
    if "made_on" in facts:
        yield f"Made on {facts['made_on']}."
    if WEIGHTS in facts["sha256"]:
        yield f"The folder holds {size:.1f} MiB; `{WEIGHTS}` has SHA-256 `{facts['sha256'][WEIGHTS]}`."


def _tasks(models: Sequence[Figures]) -> Iterator[str]:
    lines = goals(models)
    names = [each.model for each in models]
    yield from ("", "## Tasks on dev", "")
    yield _READING
    if ENCODER_ALONE in names:
        yield f"'{ENCODER_ALONE}' is the same network, calibrated without the linear model beside it."
    yield from ("", f"| task | figure | rows | floor | must | dream | {' | '.join(names)} | reached |")
    yield "|---" * (7 + len(names)) + "|"
    for line in lines:
        asked = (short(line.goal.floor), wanted(line.goal, line.goal.must), wanted(line.goal, line.goal.dream))
        cells = " | ".join(map(with_interval, line.cells))
        yield f"| {line.name} | {line.figure} | {line.rows} | {' | '.join(asked)} | {cells} | {line.reached} |"
    yield from ("", *(f"- {note}" for note in notes(models)), "")
    yield from _verdict(lines)


def _verdict(lines: Sequence[Line]) -> Iterator[str]:
    """Every must that is not reached, with its number."""
    missed = [line for line in lines if line.reached.startswith("no")]
    if not missed:
        yield "Every must is reached."
        return
    yield "**Not reached:**"
    for line in missed:
        yield f"- {line.name}: {short(_first(line))}, {wanted(line.goal, line.goal.must)} was asked"
    if any(line.rows < _FEW for line in missed):
        yield from ("", f"Sets of fewer than {_FEW} rows settle little: see their brackets.")


def _first(line: Line) -> float | None:
    return next((cell[0] for cell in line.cells if cell is not None), None)


def _slices(models: Sequence[Figures]) -> Iterator[str]:
    """What has neither length nor disguise as a table of lines; those two as tables of their own."""
    lines = slices(models)
    crossed = {*LENGTHS, *(line.part for line in lines if line.of.startswith(TWINS))}
    others = [line for line in lines if line.part not in crossed]
    yield from ("", "## Slices", "")
    if others:
        yield f"| part of dev | figure | rows | {' | '.join(each.model for each in models)} |"
        yield "|---" * (3 + len(models)) + "|"
        for line in others:
            yield f"| {line.name} | {line.figure} | {line.rows} | {' | '.join(map(with_interval, line.cells))} |"
    both = f"{models[0].model} / {models[-1].model}"
    columns = dict.fromkeys((line.of, line.figure) for line in lines if line.part in LENGTHS)
    yield from _grid(f"macro-F1 by length, {both}", LENGTHS, list(columns), lines)
    kinds = dict.fromkeys(line.part for line in lines if line.of.startswith(TWINS))
    twins = dict.fromkeys((line.of, line.figure) for line in lines if line.of.startswith(TWINS))
    yield from _grid(f"disguise, {both}", list(kinds), list(twins), lines)


def _grid(title: str, parts: Sequence[str], columns: Sequence[tuple[str, str]], lines: Sequence[Line]) -> Iterator[str]:
    """A line a part and a column for each figure of it: the first model's and the last one's."""
    known = {(line.of, line.figure, line.part): line for line in lines}
    if not columns:
        return
    heads = (of if figure == MACRO_F1 and title.startswith(MACRO_F1) else f"{of}, {figure}" for of, figure in columns)
    yield from ("", f"| {title} | {' | '.join(heads)} |", "|---" * (1 + len(columns)) + "|")
    for part in parts:
        cells = (_pair(known.get((of, figure, part))) for of, figure in columns)
        yield f"| {part} | {' | '.join(cells)} |"


def _pair(line: Line | None) -> str:
    if line is None:
        return NONE
    first, last = (short(cell[0]) if cell is not None else NONE for cell in (line.cells[0], line.cells[-1]))
    return f"{first} / {last}"


def _heads(heads: Sequence[HeadFigures], facts: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", "## Heads after calibration", "", _CALIBRATION, "")
    columns = "recall at 0.5 | at precision .9 | ECE | false alarms | short, 0.5 | short, 0.8 | linear | permissive"
    yield f"| head | yes/no rows on dev | {columns} |"
    yield "|---" * 10 + "|"
    for head in heads:
        free = "yes" if head.head in facts.get("permissive_heads", ()) else "no"
        rates = (head.false_alarms, head.short_alarms, head.short_sure)
        alarms = " | ".join(NONE if head.head.startswith(_EMOTIONAL) else f"{rate:.2%}" for rate in rates)
        recalls = f"{head.recall:.3f} | {head.precise_recall:.3f} | {head.calibration_error:.3f}"
        linear = facts["heads"][head.head]["linear"]
        yield f"| `{head.head}` | {head.yes}/{head.no} | {recalls} | {alarms} | {linear:.2f} | {free} |"
    yield from ("", _SHARED, "", f"![Score against share that was truly so, per head]({PLOT})")


def _pretraining(facts: Mapping[str, Any]) -> Iterator[str]:
    told = facts.get("pretraining")
    if not told:
        return
    yield from ("", "## Pre-training", "")
    yield from _seen(told)
    yield _PRETRAINED
    if told["curve"]:
        tokens, chars, forged, moods = told["curve"][-1]
        yield ""
        parts = f"{chars:.2f} of characters, {forged:.3f} of forged places, {moods:.2f} of moods"
        yield f"Loss at {tokens / 1e6:.0f} million: {parts}."
        yield from ("", f"![Loss over the tokens seen]({LOSS_PLOT})")


def _seen(told: Mapping[str, Any]) -> Iterator[str]:
    """How many tokens, and on what."""
    tokens, hours = f"{told['tokens'] / 1e6:.0f} million tokens, one a character", told["seconds"] / 3600
    time = f"{hours:.1f} hours" if hours >= 1 else f"{hours * 60:.0f} minutes"
    runs = told.get("runs", [told["tokens"]])
    machines = told.get("machines", [_MACHINE] * len(runs))
    if len(runs) == 1:
        yield f"{tokens}, of public posts in {time} on {machines[0]}."
        return
    shares = ", ".join(f"{run / 1e6:.0f} million on {machine}" for run, machine in zip(runs, machines, strict=True))
    yield f"{tokens}, of public posts in {time}: {shares}, each from the encoder that was taught after the one before."


def _teacher(facts: Mapping[str, Any]) -> Iterator[str]:
    told = facts.get("teacher")
    if not told:
        return
    curve = told["pretraining"]["curve"]
    yield from ("", "## Its teacher", "")
    size = f"{told['layers']} layers of {told['hidden']}"
    yield f"A larger encoder of our own, {size}, which does not serve. It was pre-trained on"
    yield from _seen(told["pretraining"])
    yield (
        f"Its loss of characters ended at {curve[-1][1]:.2f}. It was taught the same sets; the small one then learnt"
        " what the teacher"
    )
    yield "says of their texts, of disguised twins (what it says of the plain text) and of posts without labels."


def _sources(facts: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", "## Taught on", "", "| set | origin | licence as stated there | heads |", "|---|---|---|---|")
    taught: Mapping[str, Sequence[str]] = facts.get("trained_on", {})
    for source in SOURCES.values():
        heads = [f"`{head}`" for head, sets in taught.items() if source.name in sets]
        if heads:
            yield f"| {source.name} | {source.origin} | {source.licence} | {', '.join(heads)} |"
    for name in facts.get("tagged_on", ()):
        origin, licence = _TAGGED[name]
        yield f"| {name} | {origin} | {licence} | names, addresses, organisations |"
    free = facts.get("permissive_heads", ())
    if free:
        yield from ("", f"Heads taught by permissive sets alone: {', '.join(f'`{head}`' for head in free)}.")


def _again(facts: Mapping[str, Any]) -> Iterator[str]:
    courses = facts.get("courses", ())
    yield from ("", "## Make it again", "", "```")
    yield "riskguard pretrain --data DIR      # hours; goes on where it was stopped"
    yield "riskguard train linear --data DIR  # a minute; the encoder is fitted with it"
    yield "riskguard train restorer --data DIR    # as long; a text is read as it was meant"
    if "teacher" in facts:
        yield "riskguard pretrain --data DIR --size large --work LARGE --begun models/risk-encoder --tokens 164"
        yield "riskguard train teacher --data DIR --work LARGE    # both with a GPU"
        yield "riskguard train encoder --data DIR --teacher LARGE"
    else:
        yield "riskguard train encoder --data DIR"
    yield "riskguard train intents --data DIR     # half an hour: what texts intend, all else held"
    yield "riskguard train calibration --data DIR # when the linear model or the restorer was made again"
    yield "riskguard evaluate heads --data DIR"
    yield "```"
    if len(courses) > 1:
        yield from ("", "Further courses: `riskguard train encoder --data DIR --begun models/risk-encoder`.")
    for number, course in enumerate(courses, start=1):
        each = f"{course['steps']} steps of {course['texts']} texts for each process"
        yield from ("", f"Course {number}: {each}, seed {course['seed']}.")
    if intents := facts.get("intents"):
        yield from ("", f"Last it learnt from {intents['texts']} texts what they intend, while all else was held.")


def _json(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found
