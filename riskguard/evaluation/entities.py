"""Names and addresses in Weibo posts and news: exact spans, beside what jieba's part-of-speech tags find."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from riskguard.detectors.encoder.names import Mention
from riskguard.domain.errors import InvalidInput
from riskguard.domain.finding import Finding
from riskguard.evaluation.goals import GOALS, NAMES
from riskguard.evaluation.labelled import Split
from riskguard.evaluation.metrics import interval_of
from riskguard.evaluation.slices import Measured
from riskguard.text.view import fold_all

SPAN_F1 = "span F1"
WEIBO, NEWS = "ner_weibo", "ner_cluener"
_KINDS = {"PER.NAM": "PER", "LOC.NAM": "ADDR", "GPE.NAM": "ADDR", "name": "PER", "address": "ADDR"}
_LABELS = {"pii.name": "PER", "pii.address": "ADDR"}
_JIEBA = {"nr": "PER", "ns": "ADDR"}
_BOTH = "both"

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


def by_mentions(sentences: Sequence[Sentence], mentions: Callable[[Sequence[str]], list[list[Mention]]]) -> list[Spans]:
    """What a model names, told in places of the author's text."""
    views = fold_all([sentence.text for sentence in sentences])
    found = []
    for view, named in zip(views, mentions([view.folded for view in views]), strict=True):
        spans = ((m.kind, view.span(m.start, m.end, m.kind)) for m in named if m.kind in _KINDS.values())
        found.append(frozenset((kind, span.start, span.end) for kind, span in spans))
    return found


def by_findings(findings: Sequence[Finding]) -> Spans:
    """Where these findings see a name or an address."""
    named = [each for each in findings if each.label in _LABELS]
    return frozenset((_LABELS[each.label], span.start, span.end) for each in named for span in each.spans)


def by_jieba(sentences: Sequence[Sentence]) -> list[Spans]:
    """Words that jieba tags as a person (nr) or a place (ns)."""
    import jieba
    import jieba.posseg

    jieba.default_logger.setLevel(logging.ERROR)
    return [frozenset(_tagged(jieba.posseg.cut(sentence.text))) for sentence in sentences]


def name_figures(
    sentences: Sequence[Sentence], found: Sequence[Spans], floor: float | None = None, *, of: str = NAMES
) -> Iterator[Measured]:
    """Micro-F1 over exact spans, of both kinds together and of each."""
    parts: Mapping[str, frozenset[str]] = {
        _BOTH: frozenset(_KINDS.values()),
        "names": frozenset({"PER"}),
        "addresses": frozenset({"ADDR"}),
    }
    for part, kinds in parts.items():
        counts = np.array([_counts(s.named, told, kinds) for s, told in zip(sentences, found, strict=True)])
        if not len(counts):
            return
        interval = interval_of(len(counts), lambda rows, counts=counts: _f1(*counts[rows].sum(axis=0)))  # type: ignore[misc]
        goal = replace(GOALS[NAMES], floor=floor) if part == _BOTH else replace(GOALS[NAMES], must=None, dream=None)
        wanted = int(counts[:, [0, 2]].sum())
        yield Measured(of, part, SPAN_F1, wanted, _f1(*counts.sum(axis=0)), interval, goal)


def _counts(named: Spans, told: Spans, kinds: frozenset[str]) -> tuple[int, int, int]:
    """Found rightly, found wrongly, missed."""
    wanted, said = ({span for span in spans if span[0] in kinds} for spans in (named, told))
    return len(wanted & said), len(said - wanted), len(wanted - said)


def _f1(right: int, wrong: int, missed: int) -> float:
    told = 2 * right + wrong + missed
    return float(2 * right / told) if told else 0.0


def _tagged(words: Iterator[tuple[str, str]]) -> Iterator[tuple[str, int, int]]:
    end = 0
    for word, tag in words:
        start, end = end, end + len(word)
        if tag[:2] in _JIEBA:
            yield _JIEBA[tag[:2]], start, end


def _sentences(file: Path) -> Iterator[Sentence]:
    with file.open(encoding="utf-8", newline="\n") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                row = json.loads(line)
                named = [(e["label"], int(e["start"]), int(e["end"])) for e in row["entities"]]
                yield Sentence(str(row["text"]), frozenset((_KINDS[k], a, b) for k, a, b in named if k in _KINDS))
            except (ValueError, KeyError, TypeError) as error:
                raise InvalidInput(f"{file.name}, line {number}: no sentence with entities ({error!r})") from error
