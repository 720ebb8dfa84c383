"""What the encoder is taught: texts with answers for the heads, and sentences with names, addresses, organisations.

A text answers only the heads that its set is labelled for; the recipes of `riskguard.evaluation.recipe` say which.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from riskguard.detectors.linear.detector import HEADS as LINEAR_HEADS
from riskguard.evaluation.examples import Library, chosen
from riskguard.evaluation.labelled import Split
from riskguard.evaluation.recipe import RECIPES, Recipe
from riskguard.text.view import fold_all
from riskguard.training.encoder.mentions import joined, made
from riskguard.training.encoder.names import Marked, Span

HEADS = (*LINEAR_HEADS, "hate.region", "hate.race", "hate.gender", "self_harm.urgent")
ALL = [RECIPES[head] for head in HEADS]
EMOTIONS = tuple(place for place, head in enumerate(HEADS) if head.startswith("emotion."))
KINDS = ("PER", "ADDR", "ORG")
TAGS = ("O", *(f"{edge}-{kind}" for kind in KINDS for edge in "BI"))
TEMPERATURE = 0.5
EMPHASIS: Mapping[str, float] = {
    "toxic_cold": 1.6,
    "sexism_swsr": 2.0,
    "emotion_smp_epidemic": 2.4,
    "emotion_smp_usual": 1.7,
    "sentiment_shopping": 2.5,
    "rumour_ced": 2.2,
    "risk_fbs_sms": 1.3,
    "selfharm_sos1k": 1.3,
    "posts": 1.0,
    "written": 3.5,
    "corpus": 1.5,
}
"""How much more often than its size says a set is drawn: what dev showed to be learnt too little."""

_PIECES = 0.15
_FLATTENED = 0.25
"""Power of a part's weight: what hardly counts among linear heads, such as reviews for sentiment, counts here."""

_LONGEST = 144
_SHORTEST_POST, _POSTS = 4, 800_000
"""Of posts without labels: more than this many characters, and so many of them."""

Answers = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Subject:
    """The texts of one set. `answers` and `weights` are (texts, heads); a weight of 0 says nothing about a head."""

    name: str
    texts: list[str]
    twins: list[str | None]
    answers: Answers
    weights: Answers

    @property
    def pull(self) -> float:
        """How often the set is drawn from: large sets more often, but not in proportion (sampling by temperature)."""
        return float(len(self.texts) ** TEMPERATURE) * (_PIECES if "/" in self.name else EMPHASIS.get(self.name, 1.0))


@dataclass(frozen=True, slots=True)
class Sentence:
    """A folded sentence and the tag number of each of its characters."""

    text: str
    tags: NDArray[np.int64]


def subjects(library: Library, recipes: Sequence[Recipe] = ALL) -> list[Subject]:
    """Every set that teaches a head, in the order in which the recipes name them."""
    drafts: dict[tuple[str, int], tuple[Answers, Answers]] = {}
    for recipe in recipes:
        column = HEADS.index(recipe.head)
        for part in recipe.parts:
            rows = chosen(part, library)
            if not part.train or not len(rows.index):
                continue
            size = len(library.get(part.source, part.cuts).texts)
            answers, weights = drafts.setdefault((part.source, part.cuts), (_empty(size), _empty(size)))
            answers[rows.index, column] = rows.truth
            weights[rows.index, column] = part.weight**_FLATTENED
    return [_subject(library, *key, *draft) for key, draft in drafts.items()]


def unlabelled(folded: Path, *, seed: int) -> Subject:
    """Posts of a folded corpus, which answer nothing: for a learner that hears what a teacher says of them."""
    with folded.open(encoding="utf-8", newline="\n") as lines:
        fitting = [line[:-1] for line in lines if _SHORTEST_POST < len(line) <= _LONGEST]
    dice = random.Random(seed)  # noqa: S311 - training data, no secret
    texts = dice.sample(fitting, min(_POSTS, len(fitting)))
    nothing = np.broadcast_to(np.zeros(len(HEADS), np.float32), (len(texts), len(HEADS)))
    return Subject("corpus", texts, [None] * len(texts), nothing, nothing)


def lift(taught: Sequence[Subject]) -> NDArray[np.float32]:
    """What a yes weighs for each head: the square root of how much rarer it is than a no, as the sets are drawn."""
    yes = sum((_mean(s.answers * s.weights) * s.pull for s in taught), start=np.zeros(len(HEADS)))
    no = sum((_mean((1 - s.answers) * s.weights) * s.pull for s in taught), start=np.zeros(len(HEADS)))
    return np.sqrt(np.clip(no / np.maximum(yes, 1e-9), 0.2, 50.0)).astype(np.float32)


def sentences(data: Path, split: Split, *, seed: int = 7) -> list[Sentence]:
    """All sentences with entities that we can use, and those that are made of them in the manner of posts; bare
    addresses are put into sentences of our own."""
    dice = random.Random(seed)  # noqa: S311 - training data, no secret
    sets = {name: list(_entity_rows(data, split, name)) for name in (*ENTITIES, ADDRESSES)}
    found = [_tagged(row, kinds) for name, kinds in ENTITIES.items() for row in sets[name] for _ in range(_TIMES[name])]
    posts = [_tagged(row, ENTITIES["ner_weibo"]) for row in made(sets, seed=seed)]
    return found + posts + [_carried(row.text, dice) for row in sets[ADDRESSES][::_EVERY_ADDRESS]]


def sentences_of(data: Path, split: Split, name: str, *, seed: int = 7) -> list[Sentence]:
    """Those of one set, each once; addresses in sentences of our own."""
    dice = random.Random(seed)  # noqa: S311 - training data, no secret
    rows = _entity_rows(data, split, name)
    return [_carried(row.text, dice) if name == ADDRESSES else _tagged(row, ENTITIES[name]) for row in rows]


ENTITIES: Mapping[str, Mapping[str, str]] = {
    "ner_cluener": {"name": "PER", "address": "ADDR", "company": "ORG", "organization": "ORG", "government": "ORG"},
    "ner_weibo": {"PER.NAM": "PER", "LOC.NAM": "ADDR", "GPE.NAM": "ADDR", "ORG.NAM": "ORG"},
    "ner_resume": {"NAME": "PER", "ORG": "ORG", "LOC": "ADDR"},
}
_TIMES = {"ner_cluener": 1, "ner_weibo": 8, "ner_resume": 1}
"""How often a sentence is taught: posts are what names are looked for in, and there are few of them."""

ADDRESSES = "address_parts"
_EVERY_ADDRESS = 2
_CARRIERS = (
    "{}",
    "我住在{}，有空来坐坐",
    "快递寄到{}，放门口就行",
    "麻烦送到{}，到了打电话",
    "他家地址是{}",
    "地址：{}",
    "有人知道{}怎么走吗",
    "明天下午在{}集合，别迟到",
    "昨天路过{}，人特别多",
    "房子在{}，想租的私信我",
    "{}附近有没有好吃的",
    "收货地址{}，写我名字",
    "那个骗子就住{}",
    "{}今天停水吗",
    "刚从{}搬过来，求邻居带带",
    "她每天七点从{}出门",
)


def _tagged(row: Marked, kinds: Mapping[str, str]) -> Sentence:
    tags = np.zeros(len(row.text), np.int64)
    for start, end, label in row.spans:
        if label in kinds:
            _mark(tags, start, end, kinds[label])
    return _folded(row.text, tags)


def _carried(address: str, dice: random.Random) -> Sentence:
    before, behind = dice.choice(_CARRIERS).split("{}")
    return _tagged(joined([(None, before), ("ADDR", address), (None, behind)]), {"ADDR": "ADDR"})


def _mark(tags: NDArray[np.int64], start: int, end: int, kind: str) -> None:
    tags[start:end] = TAGS.index(f"I-{kind}")
    tags[start] = TAGS.index(f"B-{kind}")


def _folded(text: str, tags: NDArray[np.int64]) -> Sentence:
    view = fold_all([text])[0]
    return Sentence(view.folded[:_LONGEST], tags[list(view.origin[:_LONGEST])])


def _entity_rows(data: Path, split: Split, name: str) -> Iterator[Marked]:
    file = data / "labelled" / split.value / f"{name}.jsonl"
    with file.open(encoding="utf-8", newline="\n") as lines:
        for line in lines:
            row = json.loads(line)
            spans = (Span(int(e["start"]), int(e["end"]), e["label"]) for e in row["entities"])
            yield Marked(row["text"], tuple(spans))


def _subject(library: Library, source: str, cuts: int, answers: Answers, weights: Answers) -> Subject:
    kept = library.get(source, cuts)
    used = np.flatnonzero(weights.any(axis=1))
    originals = [row.more.get("orig") if not cuts else None for row in kept.rows]
    folded = [fold_all([orig])[0].folded if orig else None for orig in originals]
    return Subject(
        f"{source}/{cuts}" if cuts else source,
        [kept.texts[place][:_LONGEST] for place in used],
        [folded[place] for place in used],
        answers[used],
        weights[used],
    )


def _empty(size: int) -> Answers:
    return np.zeros((size, len(HEADS)), np.float32)


def _mean(values: Answers) -> Answers:
    means: Answers = values.mean(axis=0)
    return means
