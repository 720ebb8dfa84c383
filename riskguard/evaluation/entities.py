"""Names and addresses in Weibo posts and news: exact spans, beside what jieba's part-of-speech tags find."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from riskguard.detectors.encoder.names import Mention
from riskguard.domain.errors import InvalidInput
from riskguard.domain.finding import Finding
from riskguard.evaluation.goals import GOALS, NAMES, NOTHING
from riskguard.evaluation.labelled import Split
from riskguard.evaluation.metrics import interval_of
from riskguard.evaluation.slices import Measured
from riskguard.text.view import fold_all

SPAN_F1, SPAN_PRECISION, SPAN_RECALL = "span F1", "span precision", "span recall"
WEIBO, NEWS, DOORS = "ner_weibo", "ner_cluener", "address_parts"
_KINDS = {"PER.NAM": "PER", "LOC.NAM": "ADDR", "GPE.NAM": "ADDR", "name": "PER", "address": "ADDR"}
_LABELS = {"pii.name": "PER", "pii.address": "ADDR"}
_JIEBA = {"nr": "PER", "ns": "ADDR"}
_BOTH = "both"
_NUMBERED = frozenset({"roadno", "houseno", "cellno", "roomno"})
_CARRIERS = ("我家住在{}", "收货地址：{}，谢谢", "快递寄到{}就行", "{}", "他住{}，别说出去")
"""Words around an address, since those of the set stand alone."""


Figure = Callable[[int, int, int], float]
"""Of what was found rightly, found wrongly, and missed."""

Spans = frozenset[tuple[str, int, int]]
"""(kind, start, end) in the author's own text."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A post, and what people found named in it."""

    text: str
    named: Spans


def named_sentences(data: Path, source: str = WEIBO) -> list[Sentence]:
    """The dev part of WEIBO or NEWS; empty where it is absent. Only names proper count: 'my mother' is nobody's."""
    file = data / "labelled" / Split.DEV.value / f"{source}.jsonl"
    return list(_sentences(file)) if file.is_file() else []


def addresses(data: Path) -> list[Sentence]:
    """The addresses of dev that lead to a number of a door, each in one of five carriers, and named as a whole."""
    file = data / "labelled" / Split.DEV.value / f"{DOORS}.jsonl"
    return list(_carried(file)) if file.is_file() else []


def by_mentions(sentences: Sequence[Sentence], mentions: Callable[[Sequence[str]], list[list[Mention]]]) -> list[Spans]:
    """What a model names, told in places of the author's text."""
    views = fold_all([sentence.text for sentence in sentences])
    found = []
    for view, named in zip(views, mentions([view.folded for view in views]), strict=True):
        spans = ((m.kind, view.span(m.start, m.end, m.kind)) for m in named if m.kind in _KINDS.values())
        found.append(frozenset((kind, span.start, span.end) for kind, span in spans))
    return found


def by_findings(findings: Sequence[Finding], *, by: Collection[str] = ("rule", "encoder", "both")) -> Spans:
    """Where these findings, if they are of such witnesses, see a name or an address."""
    named = [each for each in findings if each.label in _LABELS and each.facts.get("by") in by]
    return frozenset((_LABELS[each.label], span.start, span.end) for each in named for span in each.spans)


def by_jieba(sentences: Sequence[Sentence]) -> list[Spans]:
    """Words that jieba tags as a person (nr) or a place (ns)."""
    import jieba
    import jieba.posseg

    jieba.default_logger.setLevel(logging.ERROR)
    return [frozenset(_tagged(jieba.posseg.cut(sentence.text))) for sentence in sentences]


def name_figures(
    sentences: Sequence[Sentence],
    found: Sequence[Spans],
    floor: float | None = None,
    *,
    of: str = NAMES,
    figures: Sequence[str] = (SPAN_F1,),
) -> Iterator[Measured]:
    """Micro-averages over exact spans, of both kinds together and of each."""
    parts: Mapping[str, frozenset[str]] = {
        _BOTH: frozenset(_KINDS.values()),
        "names": frozenset({"PER"}),
        "addresses": frozenset({"ADDR"}),
    }
    for part, kinds in parts.items():
        counts = np.array([_counts(s.named, told, kinds) for s, told in zip(sentences, found, strict=True)])
        if not len(counts):
            return
        wanted = int(counts[:, [0, 2]].sum())
        goal = replace(GOALS[NAMES], floor=floor) if part == _BOTH else replace(GOALS[NAMES], must=None, dream=None)
        for figure in figures:
            interval = interval_of(len(counts), partial(_of_rows, _FIGURES[figure], counts))
            asked = goal if figure == SPAN_F1 else NOTHING
            yield Measured(of, part, figure, wanted, _FIGURES[figure](*counts.sum(axis=0)), interval, asked)


def _of_rows(figure: Figure, counts: NDArray[np.int64], rows: NDArray[np.int64]) -> float:
    return figure(*counts[rows].sum(axis=0))


def _counts(named: Spans, told: Spans, kinds: frozenset[str]) -> tuple[int, int, int]:
    """Found rightly, found wrongly, missed."""
    wanted, said = ({span for span in spans if span[0] in kinds} for spans in (named, told))
    return len(wanted & said), len(said - wanted), len(wanted - said)


def _f1(right: int, wrong: int, missed: int) -> float:
    told = 2 * right + wrong + missed
    return float(2 * right / told) if told else 0.0


def _precision(right: int, wrong: int, _: int) -> float:
    return float(right / (right + wrong)) if right + wrong else 0.0


def _recall(right: int, _: int, missed: int) -> float:
    return float(right / (right + missed)) if right + missed else 0.0


_FIGURES: Mapping[str, Figure] = {SPAN_F1: _f1, SPAN_PRECISION: _precision, SPAN_RECALL: _recall}


def _tagged(words: Iterator[tuple[str, str]]) -> Iterator[tuple[str, int, int]]:
    end = 0
    for word, tag in words:
        start, end = end, end + len(word)
        if tag[:2] in _JIEBA:
            yield _JIEBA[tag[:2]], start, end


def _carried(file: Path) -> Iterator[Sentence]:
    for number, (address, parts) in enumerate(_rows(file, "no address with its parts")):
        if _NUMBERED & {label for label, _, _ in parts}:
            carrier = _CARRIERS[number % len(_CARRIERS)]
            start = carrier.index("{")
            yield Sentence(carrier.format(address), frozenset({("ADDR", start, start + len(address))}))


def _sentences(file: Path) -> Iterator[Sentence]:
    for text, named in _rows(file, "no sentence with entities"):
        yield Sentence(text, frozenset((_KINDS[label], start, end) for label, start, end in named if label in _KINDS))


def _rows(file: Path, otherwise: str) -> Iterator[tuple[str, list[tuple[str, int, int]]]]:
    with file.open(encoding="utf-8", newline="\n") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                row = json.loads(line)
                yield str(row["text"]), [(e["label"], int(e["start"]), int(e["end"])) for e in row["entities"]]
            except (ValueError, KeyError, TypeError) as error:
                raise InvalidInput(f"{file.name}, line {number}: {otherwise} ({error!r})") from error
