"""Word borders are those of jieba where it may not guess, from a table instead of its dictionary."""

from __future__ import annotations

from itertools import accumulate, pairwise
from pathlib import Path
from random import Random

import jieba
import pytest

from riskguard.detectors.lexicon.dictionary import Dictionary, pairs_of_characters
from riskguard.detectors.lexicon.words import Cut, surprises, words_of
from riskguard.domain.errors import NotReady

_LISTED = """路口 300 n
口交 3 v
交通 900 n
交通 800 n
路口交通灯 3 n
大 5000 a
大麻 20 n
麻烦 700 a
大麻烦 40 n
麻 90 n
人山人海 60 l
人山 2 n
k歌 30 v
c++ 12 eng
t恤 15 n
"""


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small dictionary in the form of jieba's."""
    file = tmp_path_factory.mktemp("words") / "dict.txt"
    file.write_text(_LISTED, encoding="utf-8")
    return file


def test_words_end_where_jieba_ends_them(listed: Path) -> None:
    theirs, ours = jieba.Tokenizer(str(listed)), Dictionary.read(listed)
    theirs.FREQ, theirs.total = theirs.gen_pfdict(theirs.get_dict_file())
    theirs.initialized = True
    pieces = [*(line.split()[0] for line in _LISTED.splitlines()), *"路口交通灯大麻烦人山海k歌ct恤b2+#，。 \n😂龟γ"]
    dice = Random(7)
    crossed = 0
    for _ in range(2000):
        text = "".join(dice.choices(pieces, k=dice.randint(1, 9)))
        start = dice.randrange(len(text))
        borders = (start, min(len(text), start + dice.randint(1, 3)))
        words = pairwise(accumulate(map(len, theirs.cut(text, HMM=False)), initial=0))
        wanted = [(a, b) for a, b in words if any(a < border < b for border in borders)]
        assert Cut([text], ours).crossed(0, len(text), borders) == wanted, (text, borders)
        crossed += len(wanted)
    assert crossed > 500


def test_a_text_is_cut_among_others_as_by_itself() -> None:
    pieces = [*"路口交通灯大麻烦人山海上分手机会b2+ 。😂", "k歌", "vx"]
    dice = Random(11)
    texts = ["".join(dice.choices(pieces, k=dice.randint(0, 12))) for _ in range(300)]
    quiet = crossing = 0
    for text, words in zip(texts, words_of(texts), strict=True):
        [alone] = words_of([text])
        for start in range(len(text)):
            crossed = words.crossed(start, start + 1)
            assert crossed == alone.crossed(start, start + 1), text
            assert crossed == Cut([text]).crossed(0, len(text), (start, start + 1)), text
            crossing += bool(crossed)
            quiet += not crossed
    assert quiet > 300
    assert crossing > 300
    assert words_of([]) == []


def test_counts_and_total_are_jiebas(listed: Path) -> None:
    theirs, total = jieba.Tokenizer(str(listed)).gen_pfdict(listed.open("rb"))
    ours = Dictionary.read(listed)
    assert ours.total == total
    assert sorted(ours.counts.tolist()) == sorted([900, *filter(None, theirs.values())])


@pytest.mark.parametrize(
    ("text", "term", "crossed"),
    [
        pytest.param("前面路口交通很堵", "口交", ["路口", "交通"], id="two-words-meet"),
        pytest.param("这是个大麻烦", "大麻", ["麻烦"], id="it-goes-on"),
        pytest.param("他妈妈来学校了", "他妈", ["妈妈"], id="it-goes-on-by-the-same-character"),
        pytest.param("你个傻逼快滚", "傻逼", [], id="a-word-by-itself"),
        pytest.param("有人在群里卖手枪", "手枪", [], id="a-listed-word"),
        pytest.param("低价出冰毒，量大", "冰毒", [], id="before-a-comma"),
        pytest.param("好" * 5000 + "路口交通" + "好" * 5000, "口交", ["路口", "交通"], id="far-inside"),
        pytest.param("编号1234567", "345", ["1234567"], id="a-run-of-digits"),
    ],
)
def test_words_that_reach_into_a_term(text: str, term: str, crossed: list[str]) -> None:
    start = text.index(term)
    [words] = words_of([text])
    assert [text[a:b] for a, b in words.crossed(start, start + len(term))] == crossed


def test_what_hardly_anybody_writes_surprises_more() -> None:
    texts = ["身份证", "菠菜", "文赚不赔", "脑惨"]
    found = surprises(texts)
    assert found == sorted(found)
    assert found == [surprises([text])[0] for text in texts]


def test_words_of_two_characters_are_those_of_the_dictionary() -> None:
    words, counts = pairs_of_characters()
    with jieba.dt.get_dict_file() as file:
        lines = [line.split() for line in file.read().decode().splitlines()]
    assert dict(zip(map(tuple, words.tolist()), counts.tolist(), strict=True)) == {
        tuple(map(ord, word)): int(count) for word, count, _ in lines if len(word) == 2
    }


@pytest.mark.parametrize("content", [None, "", "一个词\n没有数目\n"])
def test_a_dictionary_that_is_none_is_told(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "dict.txt"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(NotReady, match="jieba's dictionary cannot be read"):
        Dictionary.read(file)
