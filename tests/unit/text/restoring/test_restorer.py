"""What is read for texts in disguise, by the restorer that ships."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskguard.domain.errors import ModelInvalid
from riskguard.text.restoring import Restored, Restorer, load_restorer
from tests.unit.text.restoring.made import made_restorer

_SHIPPED = Path(__file__).parents[4] / "models" / "restorer"
_PIECES = (
    *"今天气很好招聘兼职加微信你们出去走 ·*+，,.x1v9的女表子口阿🐴💊\U00020000\u3400",
    *("zhaopin", "tianqi", "jz", "sb", "shutdown", "言身寸", "。。。"),
)
texts = st.lists(st.sampled_from(_PIECES) | st.characters(codec="utf-8"), max_size=16).map("".join)


@cache
def shipped() -> Restorer:
    """The restorer that comes with riskguard."""
    return load_restorer(_SHIPPED)[0]


def read(text: str) -> Restored:
    """What is read for one text."""
    (found,) = shipped().restore([text])
    return found


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        pytest.param("我们公司沼聘兼知,日结散百,想来的联系我", "我们公司招聘兼职,日结三百,想来的联系我", id="sound"),
        pytest.param("今天添脐不错,适合出去走走", "今天天气不错,适合出去走走", id="two-neighbours-by-sound"),
        pytest.param("我门今犬汽车票买到了,明夭出发", "我们今天汽车票买到了,明天出发", id="shape"),
        pytest.param("今天天气错不,适合出走去走", "今天天气不错,适合出去走走", id="swapped"),
        pytest.param("今天天气不钅昔,适合出去走走", "今天天气不错,适合出去走走", id="parts"),
        pytest.param("我们公+司招+聘兼+职,日结三百", "我们公司招聘兼职,日结三百", id="signs"),
        pytest.param("今天tianqi不错,适合chuqu走走", "今天天气不错,适合出去走走", id="latin"),
        pytest.param("你们hnr就是喜欢骗人,太ex了", "你们河南人就是喜欢骗人,太恶心了", id="initials"),
        pytest.param("伽我v芯,每天结账,咨询客服", "加我微信,每天结账,咨询客服", id="letter-for-a-syllable"),
        pytest.param("你们河👨人就🔟喜欢骗🚶", "你们河南人就是喜欢骗人", id="pictures"),
        pytest.param("这个言身寸谢你了,真的太感言身寸了", "这个谢谢你了,真的太感谢了", id="three-parts"),
        pytest.param("今 天 天 气 不 错,适 合 出 去 走 走", "今天天气不错,适合出去走走", id="a-space-behind-each"),
        pytest.param("今天.天.气.不.错,适.合.出.去.走.走", "今天天气不错,适合出去走走", id="a-point-behind-each"),
        pytest.param("今❤天😂天🔥气❤不😂错,适🔥合❤出😂去❤走🔥走", "今天天气不错,适合出去走走", id="emoji-behind-each"),
        pytest.param("【今】【天】【天】【气】【不】【错】", "【今天天气不错】", id="brackets-around-each"),
        pytest.param("我我们公公司招招聘聘兼职职,日日结三三百", "我们公司招聘兼职,日结三百", id="each-twice"),
    ],
)
def test_disguises_are_undone(written: str, meant: str) -> None:
    assert read(written).text == meant


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("今天天气不错,适合出去走走", id="plain"),
        pytest.param("我用python写了一个app,周末上线", id="latin-words"),
        pytest.param("小区三号楼的张小燕和李冬冬明天搬家", id="names"),
        pytest.param("好好好!哈哈哈哈哈哈。。。", id="repeated"),
        pytest.param("ios17.2 更新了, wifi 老是断", id="versions"),
        pytest.param("xyz zzz", id="no-chinese"),
        pytest.param("定在2023-11-28,送到青石巷3-2-501,别送错", id="dates-and-doors"),
        pytest.param("苹果、梨、桃、杏、李、枣、葡萄、樱桃,都买了", id="a-list"),
        pytest.param("哈哈哈哈哈哈哈哈哈哈", id="laughter"),
        pytest.param("妈妈和爸爸常常带我去看爷爷奶奶", id="words-of-twins"),
        pytest.param("啊!好美!真的!好美!快看!", id="exclamations"),
    ],
)
def test_what_is_no_disguise_stays(text: str) -> None:
    found = read(text)
    assert found == Restored(text, range(len(text)), range(1, len(text) + 1))


def test_a_place_is_where_it_was_written() -> None:
    written = "今天tianqi不错,适合出去走走"
    found = read(written)
    start, end = found.place(found.text.index("天气"), found.text.index("天气") + 2)
    assert written[start:end] == "tianqi"
    assert found.place(0, 2) == (0, 2)


@given(st.lists(texts, max_size=5))
def test_each_text_is_read_by_itself_and_from_its_own_places(written: list[str]) -> None:
    found = shipped().restore(written)
    assert [each.text for each in found] == [read(text).text for text in written]
    for text, each in zip(written, found, strict=True):
        assert len(each.starts) == len(each.ends) == len(each.text)
        assert list(each.starts) == sorted(each.starts)
        assert all(0 <= a < b <= len(text) for a, b in zip(each.starts, each.ends, strict=True))
        kept = [at for at, (a, b) in enumerate(zip(each.starts, each.ends, strict=True)) if text[a:b] == each.text[at]]
        assert len(kept) == len(text) or each.text != text


def test_what_is_damaged_is_refused(tmp_path: Path) -> None:
    made_restorer(tmp_path)
    (tmp_path / "words.json.gz").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelInvalid, match=r"words\.json\.gz is not the file"):
        load_restorer(tmp_path)


def test_another_format_and_nothing_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelInvalid, match="holds no restorer"):
        load_restorer(tmp_path)
    made_restorer(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
    (tmp_path / "config.json").write_text(json.dumps(config | {"format": 0}), encoding="utf-8")
    with pytest.raises(ModelInvalid, match="format"):
        load_restorer(tmp_path)


def test_one_made_by_hand_knows_what_it_was_given(tmp_path: Path) -> None:
    digest = made_restorer(tmp_path)
    restorer, told = load_restorer(tmp_path)
    assert told == digest
    (found,) = restorer.restore(["大cu销"])
    assert (found.text, found.place(1, 2)) == ("大促销", (1, 3))
