from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from riskguard.detectors.encoder.names import Tagger, cuts_a_word, leads_to_a_door

TAGS = ("O", "B-PER", "I-PER", "B-ADDR", "I-ADDR")
TAGGER = Tagger(TAGS)


def _margins(*spoken: str) -> np.ndarray:
    """Each place says its tag clearly; place 0 is the begin mark."""
    rows = np.zeros((1, len(spoken) + 1, len(TAGS)), np.float32)
    for place, tag in enumerate(spoken, start=1):
        rows[0, place, TAGS.index(tag)] = 6.0
    return rows


@pytest.mark.parametrize(
    ("spoken", "found"),
    [
        pytest.param(("O", "O"), [], id="nobody"),
        pytest.param(("O", "B-PER", "I-PER", "O"), [("PER", 1, 3)], id="one"),
        pytest.param(("B-PER", "I-PER") * 2, [("PER", 0, 2), ("PER", 2, 4)], id="two-side-by-side"),
        pytest.param(("B-PER", "I-PER", "B-ADDR", "I-ADDR"), [("PER", 0, 2), ("ADDR", 2, 4)], id="of-two-kinds"),
        pytest.param(("O", "B-ADDR", "I-ADDR"), [("ADDR", 1, 3)], id="at-the-end"),
    ],
)
def test_what_is_named_is_found_in_its_place(spoken: tuple[str, ...], found: list[tuple[str, int, int]]) -> None:
    (mentions,) = TAGGER.mentions(_margins(*spoken), [len(spoken)])
    assert [mention[:3] for mention in mentions] == found
    assert all(mention.score > 0.9 for mention in mentions)


def test_an_inside_without_a_beginning_never_stands() -> None:
    (mentions,) = TAGGER.mentions(_margins("O", "I-PER", "I-PER"), [3])
    assert [mention[:3] for mention in mentions] in ([("PER", 1, 3)], [])
    (mixed,) = TAGGER.mentions(_margins("B-PER", "I-PER", "I-ADDR", "I-ADDR"), [4])
    assert [mention[:3] for mention in mixed] == [("PER", 0, 2), ("ADDR", 2, 4)]


@pytest.mark.parametrize("spoken", [("B-PER",), ("O", "B-PER"), ("B-PER", "O"), ("O", "B-ADDR", "B-ADDR", "O")])
def test_one_character_names_nothing(spoken: tuple[str, ...]) -> None:
    (mentions,) = TAGGER.mentions(_margins(*spoken), [len(spoken)])
    assert all(mention.end - mention.start > 1 for mention in mentions)


def test_padding_names_nothing() -> None:
    margins = np.concatenate([_margins("B-PER", "I-PER", "B-ADDR"), _margins("O", "O", "B-PER")])
    assert [[m[:3] for m in them] for them in TAGGER.mentions(margins, [2, 2])] == [[("PER", 0, 2)], []]


@given(arrays(np.float32, (2, 7, len(TAGS)), elements=st.floats(-8, 8, width=32)), st.integers(0, 6), st.integers(0, 6))
def test_mentions_lie_inside_and_apart_whatever_the_margins(margins: np.ndarray, one: int, other: int) -> None:
    for size, mentions in zip((one, other), TAGGER.mentions(margins, [one, other]), strict=True):
        ends = [0, *(mention.end for mention in mentions)]
        assert all(end <= mention.start < mention.end - 1 for end, mention in zip(ends, mentions, strict=False))
        assert ends[-1] <= size
        assert all(0.0 <= mention.score <= 1.0 for mention in mentions)


def test_a_model_without_tags_names_nothing() -> None:
    assert Tagger(()).mentions(np.zeros((1, 4, 0), np.float32), [3]) == [[]]


@pytest.mark.parametrize(
    "address",
    [
        "中山路12号",
        "翠苑小区5栋302室",
        "和平里三号院",
        "下沟村二组",
        "阳光花园8-2-1101",
        "学府路88",
        "城东花园3单元",
        "西街七弄",
        "建国路88号院3号楼1201室",
        "锦绣家园12-1-302附近",
    ],
)
def test_an_address_leads_to_a_door(address: str) -> None:
    assert leads_to_a_door(address)


@pytest.mark.parametrize(
    "place",
    [
        "北京",
        "海淀区",
        "中山路",
        "三里屯",
        "五道口",
        "第一人民医院",
        "四川",
        "十三陵",
        "138-0013-8000",
        "一三八零零",
        "护照号e12345678",
        "订座电话021-66668888",
        "西直门坐4号线",
        "三楼",
        "3栋1202",
        "门牌号是3栋",
        "",
    ],
)
def test_a_place_that_many_share_does_not(place: str) -> None:
    assert not leads_to_a_door(place)


@pytest.mark.parametrize(
    ("said", "named", "cut"),
    [
        pytest.param("找lisi艾特example", "lis", True, id="ends-in-a-word"),
        pytest.param("找lisi艾特example", "isi", True, id="begins-in-a-word"),
        pytest.param("我叫lisi", "lisi", False, id="a-whole-word-at-the-end"),
        pytest.param("lisi和张三3号见", "张三", False, id="chinese-beside-latin"),
    ],
)
def test_a_name_is_no_part_of_a_latin_word(said: str, named: str, cut: bool) -> None:
    start = said.index(named)
    assert cuts_a_word(said, start, start + len(named)) is cut
