from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import pytest

from riskguard.evaluation.labelled import Split
from riskguard.text.view import fold
from riskguard.training.encoder.lessons import ENTITIES, TAGS, sentences
from riskguard.training.encoder.mentions import joined, made, swapped
from riskguard.training.encoder.names import PERSON, Marked, Names, Span

LABELS = {"PER.NAM", "GPE.NAM", "LOC.NAM", "ORG.NAM"}
POST = Marked(
    "赵新民和小玲去了深圳，赵新民说好",
    (Span(0, 3, "PER.NAM"), Span(4, 6, "PER.NAM"), Span(8, 10, "GPE.NAM"), Span(11, 14, "PER.NAM")),
)
SILENT = Marked("今天天气不错，出门走走吧。晚上早点回家", ())
NEWS = Marked("浙商银行叶老桂认为", (Span(0, 4, "company"), Span(4, 7, "name")))
SETS = {
    "ner_weibo": [POST, SILENT],
    "ner_cluener": [NEWS, Marked("加勒比海盗好看", (Span(0, 5, "movie"),))],
    "address_parts": [Marked("幸福路5号", (Span(0, 3, "road"), Span(3, 5, "roadno")))],
}


@pytest.fixture(scope="module")
def posts() -> list[Marked]:
    return made(SETS, seed=5)


def test_the_same_seed_gives_the_same_sentences(posts: list[Marked]) -> None:
    assert posts == made(SETS, seed=5)
    assert posts != made(SETS, seed=6)


def test_what_is_named_stands_in_the_text_and_never_overlaps(posts: list[Marked]) -> None:
    for text, spans in posts:
        assert "{" not in text
        bounds = [0, *(place for span in spans for place in (span.start, span.end)), len(text)]
        assert bounds == sorted(bounds)
        assert all(span.label in LABELS and text[span.start : span.end].strip() for span in spans)


def test_tags_of_the_folded_text_are_legal_and_tell_the_same_names(tmp_path: Path, posts: list[Marked]) -> None:
    folder = tmp_path / "labelled" / "train"
    folder.mkdir(parents=True)
    for name in ("ner_cluener", "ner_weibo", "ner_resume", "address_parts"):
        rows = [{"text": m.text, "entities": [s._asdict() for s in m.spans]} for m in SETS.get(name, [])]
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    taught = sentences(tmp_path, Split.TRAIN, seed=5)[18:-1]
    assert len(taught) == len(posts)
    for post, sentence in zip(posts, taught, strict=True):
        said = "".join(TAGS[tag][0] for tag in sentence.tags)
        told = "".join(
            "B" + "I" * (len(fold(post.text[start:end]).folded) - 1)
            if label
            else "O" * len(fold(post.text[start:end]).folded)
            for start, end, label in _covered(post)
        )
        assert said == told
        kinds = [TAGS[tag][2:] for tag in sentence.tags if TAGS[tag].startswith("B")]
        assert kinds == [ENTITIES["ner_weibo"][span.label] for span in post.spans]


def _covered(post: Marked) -> list[Span]:
    """The named spans and those between them, in order."""
    pieces, at = [], 0
    for span in post.spans:
        pieces += [Span(at, span.start, ""), span]
        at = span.end
    return [*pieces, Span(at, len(post.text), "")]


def test_every_kind_is_named_often_and_many_posts_name_nobody(posts: list[Marked]) -> None:
    named = Counter(span.label for _, spans in posts for span in spans)
    assert all(named[label] > 300 for label in LABELS)
    assert len(posts) > 10_000
    assert sum(not spans for _, spans in posts) > 2000


def test_swapping_keeps_the_words_around_and_says_the_same_name_alike() -> None:
    names = Names.gathered([POST])
    for seed in range(20):
        text, spans = swapped(POST, names, random.Random(seed))
        first, friend, town, again = (text[span.start : span.end] for span in spans)
        assert text == f"{first}和{friend}去了{town}，{again}说好"
        assert first == again
        assert (len(first), len(friend), len(town)) == (3, 2, 2)
        assert town != "深圳"


def test_an_entity_inside_another_is_left_to_the_outer_one() -> None:
    row = Marked("北京大学好", (Span(0, 4, "ORG.NAM"), Span(0, 2, "GPE.NAM")))
    text, [span] = swapped(Marked(row.text, row.spans[::-1]), Names.gathered([]), random.Random(1))
    assert (span.label, text[span.end :]) == ("ORG.NAM", "好")


def test_joined_words_know_their_places() -> None:
    assert joined([(None, "找"), (PERSON, "张三"), (PERSON, "李四"), (None, "")]) == Marked(
        "找张三李四", (Span(1, 3, PERSON), Span(3, 5, PERSON))
    )


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("赵新民", "full"),
        ("欧阳鹭", "full"),
        ("欧阳红燕", "full"),
        ("韩寒", "full"),
        ("圆圆", "called"),
        ("小玲", "called"),
        ("顾老师", "called"),
        ("季总", "called"),
        ("斯图尔特", "foreign"),
        ("比尔·盖茨", "foreign"),
        ("Alex", "latin"),
    ],
)
def test_a_name_has_a_shape(name: str, shape: str) -> None:
    assert Names.gathered([]).shape(name) == shape
