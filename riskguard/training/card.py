"""The card of the linear model: what it is made of, how good it is, how to make it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskguard.detectors.linear.model import CONFIG, WEIGHTS, load_model
from riskguard.detectors.linear.table import Kind
from riskguard.evaluation.heads import Figures, HeadFigures, TaskFigures
from riskguard.evaluation.labelled import SOURCES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CARD = "README.md"
PLOT = "reliability.png"
_COLOURS = 64

_LIMITS = """\
A score reads the words of a text, not its sense. It does not see irony, disguise beyond what folding undoes, or
context. It helps people to look in the right place; it must not remove anything by itself."""

_CALIBRATION = """\
Two numbers per head were fitted on dev; the figures are counted crosswise, on a mix that is stated. Opinion heads: the
two emotion sets in equal parts. Risk heads and `self_harm`: 5 % yes (`self_harm.urgent`: 3 %), the rest ordinary Weibo,
emotion and COLD's safe texts. `abuse`, `hate`, `sexism`: their own set and ordinary Weibo in equal parts (the people's
labels for COLD). `rumour`: 30 % CED. A part of the ordinary posts is short pieces of them, 1 to 12 characters. Where a
risk is rarer or more common than in the mix, scores are too high or too low. False alarms are ordinary Weibo posts at
0.5 or more; 'short' are pieces of these, 2 to 8 characters, at 0.5 or more and at 0.8 or more (cut anew, yet from the
posts that calibration saw). For opinion heads an alarm is no error but what these posts express."""

_STYLE = """\
The spam texts are SMS, not forum posts. Beside them `gambling`, `fraud`, `ad`, `illegal_trade` and `sexual` learnt from
posts of our own (`posts`: lures in the words of forums and innocent talk about the same things, composed of parts and
partly disguised; a fold of frames is held out for dev, yet its words are shared). `hate` cannot tell a group from a
person: COLD's training labels do not say at whom a text is aimed. `abuse` knows attacks on groups better than plain
insults; for these it saw sentences of our own with listed insults, aimed at someone ('attack') and at nobody
('peaceful'). The lexicon stays the better witness there, and since many words are in both, the two do not speak quite
independently. Posts that scold an insult may score as one. All risk heads but `sexism` learnt from short pieces of
harmless texts as innocent, so a lone word without a sentence may score low. `self_harm` learnt from people in distress
against ordinary posts; it means 'someone should look', not a grade of danger. `rumour` means 'needs checking', never
'false'."""

_KINDS: Mapping[Kind, str] = {
    Kind.PLAIN: "one a head",
    Kind.RIVALS: "one a head, of which one is true: each is measured against the others",
    Kind.VOICES: "two a head, for posts and for reviews, and one that tells a review from a post",
}
_COUNTS = """\
An n-gram that occurs n times in a text counts 1 + ln(n) times. `self_harm.urgent` is for the encoder's ear: it knows
people in great need from people in need by 796 posts, and everyday posts only as what is neither."""

_SEXUAL = """\
**`sexual` learnt mostly from us:** a few dozen real escort SMS, and lures that we composed (solicitation, films,
pictures and paid chat on offer; adults only, nothing described), against ordinary posts and innocent talk of our own in
the same words. Its row above says little: nearly all yes-rows on dev are ours too, as are eight tenths of the yes that
calibrates it, so a score is surer than it should be. Real posts that are neither SMS nor ours were never measured;
stories and descriptions it does not know at all. The lexicon stays the first witness."""


def write_card(folder: Path, figures: Figures) -> None:
    """Write README.md and the reliability plot beside the model in `folder`."""
    _, config = load_model(folder)
    plot_reliability(figures.heads, folder / PLOT)
    (folder / CARD).write_text("\n".join(_card(config, figures, folder)) + "\n", encoding="utf-8")


def plot_reliability(heads: Sequence[HeadFigures], file: Path) -> None:
    """One small panel per head: the mean score of a bin against the share that was truly so."""
    from matplotlib.figure import Figure

    columns = 6
    lines = -(-len(heads) // columns)
    sheet = Figure(figsize=(2 * columns, 2.1 * lines), layout="constrained")
    panels = sheet.subplots(lines, columns, sharex=True, sharey=True, squeeze=False).ravel()
    for panel, head in zip(panels, heads, strict=False):
        panel.plot([0, 1], [0, 1], color="0.8", linewidth=1)
        panel.plot([b.mean_score for b in head.bins], [b.share_true for b in head.bins], marker="o", markersize=3)
        panel.set_title(f"{head.head}  {head.calibration_error:.3f}", fontsize=8)
    for panel in panels[len(heads) :]:
        panel.set_axis_off()
    save_plot(sheet, file)


def save_plot(sheet: Figure, file: Path) -> None:
    """A PNG with a palette: a third of the bytes, of which models have few."""
    from PIL import Image

    drawn = BytesIO()
    sheet.savefig(drawn, dpi=72)
    Image.open(drawn).convert("RGB").quantize(_COLOURS).save(file, optimize=True)


def _card(config: Mapping[str, Any], figures: Figures, folder: Path) -> Iterator[str]:
    size = (folder / WEIGHTS).stat().st_size
    permissive = " --permissive-only" if config["permissive_only"] else ""
    yield "# Linear model: hashed character n-grams"
    yield ""
    yield (
        f"{len(config['trained_on'])} heads, one logistic regression for each column of their tables, over the n-grams "
        f"of folded text, hashed and stored as bytes. Made on {config['made_on']}, seed {config['seed']}."
    )
    yield f"`{WEIGHTS}`: {size / 2**20:.1f} MiB, SHA-256 `{config['sha256']}`; `{CONFIG}` says what each head saw."
    yield ""
    yield _LIMITS
    yield from _tables(config["tables"])
    yield from _absent(config["missing"])
    yield from _tasks(figures)
    yield from _heads(figures, config)
    yield from _sources(config)
    yield from (
        "",
        "## Make it again",
        "",
        "```",
        f"riskguard train linear --data DIR --out DIR{permissive}",
        "```",
        "",
    )
    yield "`--permissive-only` drops every set whose licence is not stated, also from calibration; left are "
    yield ", ".join(f"`{head}`" for head, seen in config["trained_on"].items() if _permissive(seen["yes_sets"])) + "."


def _tables(tables: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield from ("", "## Tables", "", "| heads | n-grams | buckets | columns |", "|---|---|---|---|")
    for table in tables:
        heads = ", ".join(f"`{head}`" for head in table["heads"])
        yield f"| {heads} | 1 to {table['longest']} characters | 2^{table['bits']} | {_KINDS[Kind(table['kind'])]} |"
    yield from ("", _COUNTS)


def _permissive(sets: Sequence[str]) -> bool:
    return any(SOURCES[name].permissive for name in sets)


def _absent(missing: Mapping[str, str]) -> Iterator[str]:
    for head, reason in missing.items():
        yield f"\nNo head `{head}`: {reason}. The detector says so in every reading instead of inventing a score."


def _tasks(figures: Figures) -> Iterator[str]:
    yield from ("", "## Tasks on dev", "")
    yield "Thresholds of two-class tasks were chosen crosswise: each fifth of dev by the other four."
    yield from ("", "| task | rows | macro-F1 | TF-IDF floor | accuracy |", "|---|---|---|---|---|")
    for task in figures.tasks:
        yield _task_line(task)
    if figures.against_prejudice is not None:
        yield ""
        yield (
            f"**Texts against prejudice flagged as abuse: {figures.against_prejudice:.0%}.** Words for groups drive "
            "this head; a person must look before anything happens to such a text."
        )


def _task_line(task: TaskFigures) -> str:
    name = f"{task.task} ({task.note})" if task.note else task.task
    floor = f"{task.floor:.3f}" if task.floor else "–"
    return f"| {name} | {task.rows} | {task.macro_f1:.3f} | {floor} | {task.accuracy:.3f} |"


def _heads(figures: Figures, config: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", "## Heads after calibration", "")
    yield _CALIBRATION
    yield ""
    columns = "recall at 0.5 | false alarms | short, 0.5 | short, 0.8 | calibration error | permissive data only"
    yield f"| head | yes/no rows on dev | {columns} |"
    yield "|---|---|---|---|---|---|---|---|"
    for head in figures.heads:
        free = "yes" if head.head in config["permissive_heads"] else "no"
        opinion = head.head.startswith(("sentiment.", "emotion."))
        rates = (head.false_alarms, head.short_alarms, head.short_sure)
        alarms = " | ".join("–" if opinion else f"{rate:.2%}" for rate in rates)
        numbers = f"{head.yes}/{head.no} | {head.recall:.3f} | {alarms} | {head.calibration_error:.3f}"
        yield f"| `{head.head}` | {numbers} | {free} |"
    yield from ("", f"![Score against share that was truly so, per head]({PLOT})")


def _sources(config: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", "## Trained on", "", "| set | origin | licence as stated there | heads |", "|---|---|---|---|")
    for source in SOURCES.values():
        heads = [f"`{head}`" for head, seen in config["trained_on"].items() if source.name in seen["sets"]]
        if heads:
            yield f"| {source.name} | {source.origin} | {source.licence} | {', '.join(heads)} |"
    yield ""
    yield _STYLE
    if "sexual" in config["trained_on"]:
        yield from ("", _SEXUAL)
