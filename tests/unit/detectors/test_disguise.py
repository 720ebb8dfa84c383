"""Terms in disguise: believed as far as other signs speak for it, and silent in honest text."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskguard.detectors.lexicon import LexiconDetector
from riskguard.detectors.lexicon.homophone import usually_another
from riskguard.detectors.lexicon.way import Way, usual_ways
from riskguard.domain.finding import DISGUISED
from riskguard.text.view import fold_all
from tests.unit.detectors.posts import over_lists, read_by, shown

_LISTS = {
    "gambling.yaml": "label: gambling\nterms: [博彩, 百家乐, 网赌, {term: 稳赚不赔, tier: strong}]\n",
    "abuse.yaml": "label: abuse.insult\ntier: strong\nterms: [傻逼, 婊子, 草泥马, 杀人]\n",
    "weapons.yaml": "label: weapons\nterms: [气枪, 假章, 刻章办证]\n",
    "fraud.yaml": "label: fraud.loan\nterms: [无抵押贷款]\n",
    "contact.yaml": "label: ad.contact\nterms: [薇信, v信]\n",
    "pairs.yaml": "label: drugs\npairs: [{near: [有货], of: [冰毒], within: 6}]\n",
    "curated.yaml": """
label: custom.own
channels: []
terms: [大保健, {term: 约跑步, channels: [initials]}, {term: 时时彩, channels: [sound]}]
""",
    "allow.yaml": "phrases: [文赚不赔钱, 炒菠菜]\n",
    "spellings.yaml": """
spellings:
  - {means: 博彩, tier: weak, written: [菠菜]}
  - {means: 杀人, tier: medium, written: [刀人]}
  - {means: 傻逼, tier: strong, written: [啥比]}
""",
}


@pytest.fixture(scope="module")
def lexicon(tmp_path_factory: pytest.TempPathFactory) -> LexiconDetector:
    """A detector over a few lists."""
    return over_lists(tmp_path_factory.mktemp("lexicons"), _LISTS)


@pytest.mark.parametrize(
    ("text", "label", "place", "reason"),
    [
        pytest.param("这个文赚不赔啊", "gambling", "文赚不赔", "「稳赚不赔」，读音相同", id="sound"),
        pytest.param("玩wangdu的来", "gambling", "wangdu", "「网赌」，读音相同", id="pinyin"),
        pytest.param("网du的来", "gambling", "网du", "「网赌」，读音相同", id="half-pinyin"),
        pytest.param("要wzbp，加我", "gambling", "wzbp", "「稳赚不赔」，拼音首字母相同", id="initials-beside-contact"),
        pytest.param("你这女表子", "abuse.insult", "女表子", "「婊子」，拆开的字合起来", id="split"),
        pytest.param("快来百冢乐啊", "gambling", "百冢乐", "「百家乐」，字形相近", id="glyph"),
        pytest.param("你个草泥🐴", "abuse.insult", "草泥🐴", "「草泥马」，用表情代字", id="emoji"),
        pytest.param("真是逼傻啊", "abuse.insult", "逼傻", "「傻逼」，字序打乱", id="shuffle"),
        pytest.param("无1抵o押贷款", "fraud.loan", "无1抵o押贷款", "「无抵押贷款」，去除夹杂", id="letters-between"),
        pytest.param("玩网o赌的来", "gambling", "网o赌", "「网赌」，去除夹杂", id="a-letter-in-a-short-term"),
        pytest.param("菠菜群，加我", "gambling", "菠菜", "「博彩」，人们常用", id="a-spelling-beside-contact"),
        pytest.param("就去刀人", "abuse.insult", "刀人", "「杀人」，人们常用", id="a-spelling-at-a-border"),
        pytest.param(
            "他就啥比一个", "abuse.insult", "啥比", "「傻逼」，人们常用", id="a-spelling-that-is-nothing-else"
        ),
        pytest.param("栤毒有货", "drugs", "栤毒有货", "「有货 … 冰毒」，读音相同", id="the-key-of-a-pair"),
    ],
)
def test_the_finding_tells_the_way_the_term_and_the_place(
    lexicon: LexiconDetector, text: str, label: str, place: str, reason: str
) -> None:
    (finding,) = [each for each in read_by(lexicon, text)[0] if each.label == label]
    assert shown(text, finding) == [place]
    assert reason in finding.spans[0].reason


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("妈妈买了菠菜回来炒", id="an-ordinary-word"),
        pytest.param("新闻里有刀人的案子", id="a-spelling-in-the-middle-of-a-clause"),
        pytest.param("学会了炒菠菜，教程在这里，加我", id="a-spelling-in-a-benign-phrase"),
        pytest.param("玩狼人杀第一晚", id="words-that-meet-in-another-order"),
        pytest.param("打开微信看看", id="less-odd-than-the-term"),
        pytest.param("jiazhang群里又要接龙", id="pinyin-of-a-commoner-word"),
        pytest.param("链接 t.cn/wzbp", id="letters-of-a-link"),
        pytest.param("表里写着awzbpx，加我", id="letters-of-a-word"),
        pytest.param("@逼傻 你好", id="a-name"),
        pytest.param("文赚不赔钱", id="a-benign-phrase-contains-it"),
        pytest.param("办证刻章的小广告", id="words-in-another-order"),
        pytest.param("网3赌注册", id="a-digit-in-a-short-term"),
        pytest.param("有人说启抢啊", id="short-and-odd-in-the-middle-of-a-clause"),
        pytest.param("大宝剑", id="no-channel-is-named"),
        pytest.param("", id="empty"),
    ],
)
def test_honest_text_is_left_alone(lexicon: LexiconDetector, text: str) -> None:
    assert read_by(lexicon, text) == [[]]


@pytest.mark.parametrize(
    ("less", "more"),
    [
        pytest.param("启抢，你懂的", "启抢，私聊我", id="contact-near"),
        pytest.param("启抢，你懂的", "启*抢，你懂的", id="noise-inside"),
        pytest.param("启抢，你懂的", "愭枪，你懂的", id="a-rare-character"),
        pytest.param("启抢，你懂的", "qi抢，你懂的", id="letters"),
    ],
)
def test_a_second_sign_raises_the_score(lexicon: LexiconDetector, less: str, more: str) -> None:
    (low,), (high,) = read_by(lexicon, less, more)
    assert low.label == high.label == "weapons"
    assert low.score < high.score


def test_a_longer_term_is_believed_by_itself(lexicon: LexiconDetector) -> None:
    short, long = read_by(lexicon, "启抢，你懂的", "有人说文赚不赔啊")
    assert short[0].score == pytest.approx(0.3)
    assert long[0].score == pytest.approx(0.9)


def test_channels_of_a_list_and_of_a_term_speak_before_length_and_tier(lexicon: LexiconDetector) -> None:
    assert [f.label for f in read_by(lexicon, "一起ypb吧")[0]] == ["custom.own"]
    assert read_by(lexicon, "一起约泡步吧") == [[]]


def test_of_terms_that_sound_alike_one_speaks(lexicon: LexiconDetector) -> None:
    (found,) = read_by(lexicon, "博cai的来")
    assert [span.reason for span in found[0].spans] == ["命中词条「博彩」，读音相同"]


def test_what_is_listed_itself_is_no_disguise_of_a_term_of_its_label(tmp_path: Path) -> None:
    contact, text = "label: ad.contact\nterms: [{term: 薇信, tier: strong}]\n", "薇心联系，加我"
    (folder := tmp_path / "without").mkdir()
    (hidden,) = read_by(over_lists(folder, {"contact.yaml": contact}), text)
    assert [each.facts for each in hidden] == [{DISGUISED: True}]
    listed = over_lists(tmp_path, {"contact.yaml": contact, "more.yaml": "label: ad.contact\nterms: [薇心]\n"})
    (plain,) = read_by(listed, text)
    assert [(each.spans[0].reason, each.score) for each in plain] == [("命中词条「薇心」", 0.6)]
    assert [meaning.meant for meaning in listed.meanings(fold_all([text]))] == [()]
    other = over_lists(tmp_path, {"more.yaml": "label: custom.own\nterms: [薇心]\n"})
    (both,) = read_by(other, text)
    assert [each.label for each in both] == ["ad.contact", "custom.own"]


@pytest.mark.parametrize(
    ("key", "weak", "ways"),
    [
        pytest.param("sb", False, {Way.GLYPH}, id="letters"),
        pytest.param("冰毒", True, {Way.SOUND, Way.SPLIT, Way.GLYPH, Way.EMOJI}, id="short-and-weak"),
        pytest.param("稳赚不赔", False, set(Way), id="long"),
        pytest.param("稳赚不赔", True, set(Way) - {Way.INITIALS}, id="long-and-weak"),
    ],
)
def test_length_and_tier_say_where_a_term_is_sought(key: str, weak: bool, ways: set[Way]) -> None:
    assert usual_ways(key, weak=weak) == ways


def test_two_syllables_may_be_a_commoner_word() -> None:
    assert usually_another("假章")
    assert not usually_another("约炮")
