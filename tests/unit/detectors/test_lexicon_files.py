"""Faults of lexicon files, and the lists that we ship."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskguard.detectors.lexicon import LexiconDetector, lexicon_faults, load_lexicon
from riskguard.domain.errors import PolicyInvalid
from riskguard.policy.taxonomy import load_taxonomy
from tests.unit.detectors.posts import read_by

_POLICIES = Path(__file__).parents[3] / "policies"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        pytest.param("label: drugs\nterms: [大麻\n", "3:1: not YAML", id="not-yaml"),
        pytest.param("- 大麻\n", "1:1: a term list must be a table, this is a list (key: value)", id="not-a-mapping"),
        pytest.param("terms: [大麻]\n", "1:1: a term list lacks 'label'", id="no-label"),
        pytest.param("label: drug\nterms: [大麻]\n", "1:8: unknown label 'drug'", id="unknown-label"),
        pytest.param("label: drugs\nterm: [大麻]\n", "2:1: unknown key 'term'", id="unknown-key"),
        pytest.param(
            "label: drugs\nlabel: ad\nterms: [大麻]\n", "2:1: 'label' stands twice in a term list", id="twice"
        ),
        pytest.param("label: drugs\nterms: 大麻\n", "2:8: 'terms' must be a list", id="not-a-list"),
        pytest.param("label: drugs\nterms: [110]\n", "2:9: a term must be a text, this is a number (110)", id="number"),
        pytest.param("label: drugs\nterms: ['麻']\n", "2:9: '麻' is too short", id="too-short"),
        pytest.param("label: drugs\nterms: ['*-麻']\n", "2:9: '*-麻' is too short", id="only-noise"),
        pytest.param("label: drugs\nterms: [大麻, 大 麻]\n", "2:13: '大 麻' is listed before as '大麻'", id="repeated"),
        pytest.param(
            "label: drugs\nterms: [{term: 大麻, tier: big}]\n",
            "2:26: unknown tier 'big' (choose from strong, medium, weak)",
            id="unknown-tier",
        ),
        pytest.param(
            "label: drugs\nchannels: [smell]\nterms: [大麻]\n", "2:12: unknown channel 'smell'", id="unknown-channel"
        ),
        pytest.param(
            "label: drugs\nterms: [{term: 大麻, channels: sound}]\n",
            "2:30: 'channels' must be a list",
            id="channels-not-a-list",
        ),
        pytest.param("label: drugs\npairs: 大麻\n", "2:8: 'pairs' must be a list", id="pairs-not-a-list"),
        pytest.param(
            "label: drugs\npairs: [大麻]\n",
            "2:9: a pair must be a table, this is a text (大麻)",
            id="pair-not-a-mapping",
        ),
        pytest.param("label: drugs\npairs: [{of: [大麻], near: [出]}]\n", "2:9: a pair lacks 'within'", id="no-within"),
        pytest.param(
            "label: drugs\npairs: [{of: [大麻], near: [出], within: 50}]\n",
            "2:39: 'within' must be a whole number from 2 to 20",
            id="too-wide",
        ),
        pytest.param(
            "label: drugs\npairs: [{of: [麻], near: [出], within: 5}]\n", "2:15: '麻' is too short", id="short-key"
        ),
        pytest.param("label: drugs\nterms: [{tier: weak}]\n", "2:9: a term lacks 'term'", id="no-term"),
        pytest.param(
            "label: drugs\nterms: &x [大麻, *x]\n", "2:16: not YAML: aliases are not part of these files", id="alias"
        ),
        pytest.param("label: drugs\nterms: " + "[" * 1500, " not YAML: maximum recursion", id="deep"),
        pytest.param(
            "label: drugs\nterms: [{term: 大麻, level: 1}]\n", "2:20: unknown key 'level'", id="unknown-field"
        ),
    ],
)
def test_a_fault_is_told_with_its_place(tmp_path: Path, content: str, fault: str) -> None:
    file = tmp_path / "list.yaml"
    file.write_text(content, encoding="utf-8")
    told = [str(each) for each in lexicon_faults(tmp_path, known={"drugs", "ad"})]
    assert any(each.startswith(f"{file}:{fault}") for each in told), told


def test_all_faults_of_all_files_at_once(tmp_path: Path) -> None:
    Path(tmp_path, "a.yaml").write_text("label: drugs\nterms: ['麻', '草']\n", encoding="utf-8")
    Path(tmp_path, "b.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(PolicyInvalid) as caught:
        load_lexicon(tmp_path)
    assert len(caught.value.faults) == 3


def test_a_missing_folder_is_a_fault(tmp_path: Path) -> None:
    assert [fault.message for fault in lexicon_faults(tmp_path / "none")] == ["no such folder"]


def test_own_labels_need_no_entry(tmp_path: Path) -> None:
    Path(tmp_path, "own.yaml").write_text("label: custom.rivals\nterms: [隔壁论坛]\n", encoding="utf-8")
    assert lexicon_faults(tmp_path, known=frozenset()) == []


def test_the_version_follows_the_content(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    versions = []
    for term in ("隔壁论坛", "对面论坛", "隔壁论坛"):
        file.write_text(f"label: custom.rivals\nterms: [{term}]\n", encoding="utf-8")
        versions.append(load_lexicon(tmp_path).version)
    assert versions[0] != versions[1]
    assert versions[0] == versions[2]


def test_the_shipped_lists_are_sound() -> None:
    assert lexicon_faults(_POLICIES / "lexicons", known=load_taxonomy(_POLICIES / "taxonomy.yaml")) == []


@pytest.fixture(scope="module")
def shipped() -> LexiconDetector:
    """The lists that we ship."""
    return LexiconDetector.load(_POLICIES / "lexicons")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("你个傻逼，滚远点", "abuse.insult"),
        ("信不信我捅死你", "abuse.threat"),
        ("死全家的东西", "abuse.curse"),
        ("又是外地狗在闹事", "hate.region"),
        ("同城可上门可包夜", "sexual.solicitation"),
        ("注册送彩金，真人荷官", "gambling"),
        ("出售冰毒，要的来", "drugs"),
        ("气枪出售，铅弹出售", "weapons"),
        ("刷 单 返 现，日入过千", "fraud.part_time"),
        ("黑户可贷，无视征信", "fraud.loan"),
        ("老师带单稳赚不赔", "fraud.investment"),
        ("抗癌神药包治百病", "fraud.medicine"),
        ("代开发票，刻章办证", "illegal_trade.documents"),
        ("卖个人信息，查开房记录", "illegal_trade.data"),
        ("高价收卡，收微信号", "illegal_trade.accounts"),
        ("加❤Ｖ领资料，加我威❤信咨询", "ad.contact"),
        ("加ｖ❤：abc_12345，日结兼职，先垫付后返现", "ad.contact"),
        ("诚招代理，月入十万", "ad.recruit"),
        ("我真的不想活了", "self_harm.concern"),
        ("遗书写好了，再见了这个世界", "self_harm.urgent"),
    ],
)
def test_what_they_are_for_is_found(shipped: LexiconDetector, text: str, label: str) -> None:
    (findings,) = read_by(shipped, text)
    assert max(f.score for f in findings if f.label == label) >= 0.55


@pytest.mark.parametrize(
    "text",
    [
        "前面路口交通堵塞",
        "这下惹了大麻烦",
        "他妈妈做的菜真香",
        "晚上吃炒菠菜和麻辣豆腐",
        "全家去溜冰场玩",
        "想死你了，快回来",
        "队长在队里很有威信",
        "用微信支付买了票",
        "他的微博加v了，兼职写影评",
        "这部二手枪战片不好看",
        "我去买三黄片治嗓子",
        "我们县的宝鸡巴士站搬了",
        "维生素c和usb线都买了",
        "学校组织禁毒宣传",
        "他当律师，做诉讼代理",
    ],
)
def test_honest_text_stays_under_every_threshold(shipped: LexiconDetector, text: str) -> None:
    (findings,) = read_by(shipped, text)
    assert all(f.score < 0.5 for f in findings)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        pytest.param("label: drugs\n", "1:1: unknown key 'label'", id="no-term-list"),
        pytest.param("spellings: [{written: [菠菜]}]\n", "1:13: a spelling lacks 'means'", id="nothing-meant"),
        pytest.param("spellings: [{means: 博彩, written: [菜]}]\n", "1:35: '菜' is too short", id="too-short"),
    ],
)
def test_a_fault_of_the_spellings_is_told_with_its_place(tmp_path: Path, content: str, fault: str) -> None:
    (tmp_path / "spellings.yaml").write_text(content, encoding="utf-8")
    assert any(f"spellings.yaml:{fault}" in str(each) for each in lexicon_faults(tmp_path))


def test_every_shipped_spelling_means_a_listed_term() -> None:
    lexicon = load_lexicon(_POLICIES / "lexicons")
    listed = {term.key for term in lexicon.terms} | {pair.key for pair in lexicon.pairs}
    assert [each.written for each in lexicon.spellings if each.means not in listed] == []
