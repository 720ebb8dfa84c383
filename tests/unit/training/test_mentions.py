from __future__ import annotations

import random
from collections import Counter

import pytest

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
def sentences() -> list[Marked]:
    return made(SETS, seed=5)


def test_the_same_seed_gives_the_same_sentences(sentences: list[Marked]) -> None:
    assert sentences == made(SETS, seed=5)
    assert sentences != made(SETS, seed=6)


def test_what_is_named_stands_in_the_text_and_never_overlaps(sentences: list[Marked]) -> None:
    for text, spans in sentences:
        assert "{" not in text
        bounds = [0, *(place for span in spans for place in (span.start, span.end)), len(text)]
        assert bounds == sorted(bounds)
        assert all(span.label in LABELS and text[span.start : span.end].strip() for span in spans)


def test_every_kind_is_named_often_and_many_posts_name_nobody(sentences: list[Marked]) -> None:
    named = Counter(span.label for _, spans in sentences for span in spans)
    assert all(named[label] > 300 for label in LABELS)
    assert len(sentences) > 10_000
    assert sum(not spans for _, spans in sentences) > 2000


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
